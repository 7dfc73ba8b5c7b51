import { DEFAULT_WORKLOAD, engineNamed, estimate, InputError, memoriesOf, modelFromConfig } from '@kv/core';
import { randomNumbers } from '../random.mjs';
import { readsByToken } from './cases.mjs';
import { measure, randomConfigs } from './environment.mjs';

/** Configs asked about before their differences are printed. */
const AT_ONCE = 40;

/**
 * Asks transformers about configs and lengths that the seed picks, and compares with what kv says of the same configs.
 * Prints what differs; nothing is written.
 *
 * @param count configs of each `model_type`; the first is its class's default.
 * @returns how many cases differ.
 */
export async function askAtRandom({ count, seed, modelTypes }) {
  const random = randomNumbers(seed);
  const drawn = await randomConfigs(count, seed, modelTypes);
  const questions = drawn.map(({ modelType, config }) => {
    const model = read(config);
    return { modelType, config, model, cases: cases(random, config, model) };
  });
  let asked = 0;
  let different = 0;
  for (let start = 0; start < questions.length; start += AT_ONCE) {
    const part = questions.slice(start, start + AT_ONCE);
    const answers = await measure(part.map((one) => ({ config: one.config, cases: one.cases })));
    part.forEach((question, index) => {
      const { answered, lines } = compare(question, answers[index]);
      asked += answered;
      different += lines.length;
      for (const line of lines) {
        console.log(`${question.modelType}: ${line}`);
      }
      if (lines.length > 0) {
        console.log(`  ${JSON.stringify(question.config)}`);
      }
    });
  }
  console.log(`${asked} cases of ${drawn.length} configs answered, seed ${seed}: ${different} differ`);
  return different;
}

/** What differs, a line for each case; and how many cases transformers answered. */
function compare({ modelType, config, model, cases: own }, answers) {
  const unheardOf = read(unknown(config));
  const lines = [];
  let answered = 0;
  own.forEach((one, place) => {
    const { bytes, error } = answers[place];
    const text = `${one.contextLength} x ${one.numSequences} ${JSON.stringify(one.settings)}`;
    if (error !== undefined) {
      console.error(`${modelType}: ${text}: ${error}`);
      return;
    }
    answered += 1;
    const [ours, guess] = [bytesOf(model, one), bytesOf(unheardOf, one)];
    const bothHaveNone = bytes === 0 && typeof ours === 'string';
    if (ours !== bytes && !bothHaveNone) {
      lines.push(`${text}: transformers ${bytes}, kv ${ours}`);
    }
    if (typeof guess === 'number' && guess !== bytes) {
      lines.push(`${text}: transformers ${bytes}, kv ${guess} if it did not know the architecture`);
    }
  });
  return { answered, lines };
}

/** The same config of an architecture that no table has. */
function unknown(config) {
  const rename = (value) =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [
            key,
            key === 'model_type' ? 'unheard_of' : rename(inner),
          ]),
        );
  return { ...rename(config), architectures: ['UnheardOfForCausalLM'] };
}

/** The model, or why there is none. */
function read(config) {
  try {
    return modelFromConfig(config, { id: config.model_type, source: 'drawn at random' });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error;
  }
}

/** Bytes of the cache, or why there are none. */
function bytesOf(model, { contextLength, numSequences, settings }) {
  if (model instanceof InputError) {
    return model.message;
  }
  try {
    const workload = { ...DEFAULT_WORKLOAD, contextLength, numSequences };
    return estimate(model, workload, engineNamed('transformers', settings)).totalBytes;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

/** Lengths around the windows and compression rates, of one to three sequences, in a dynamic and a static cache. */
function cases(random, config, model) {
  const memories = model.layers?.flatMap(memoriesOf) ?? [];
  const marks = memories
    .flatMap((memory) => [memory.slidingWindow ?? memory.attentionChunkSize ?? memory.compressRatio ?? []])
    .flat();
  const encoderTokens = memories.find(({ kind }) => kind === 'cross')?.encoderTokens ?? 10;
  const around = (mark) => mark + Math.floor(random() * 6) - 2;
  const length = () => {
    const mark = random() < 0.8 ? marks[Math.floor(random() * marks.length)] : undefined;
    const longest = readsByToken(config) ? 40 : 10_000;
    return Math.min(longest, Math.max(1, mark === undefined ? Math.ceil(random() * 40) : around(mark)));
  };
  const sequences = () => 1 + Math.floor(random() * 3);
  return [
    { settings: {} },
    { settings: {} },
    { settings: { cacheImplementation: 'static', maxCacheLen: encoderTokens + length() } },
    { settings: { afterPrefill: true } },
  ].map((one) => ({ contextLength: length(), numSequences: sequences(), encoderTokens, ...one }));
}
