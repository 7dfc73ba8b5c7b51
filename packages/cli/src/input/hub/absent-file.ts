import { InputError } from '@kv/core';
import { fileAddress, infoAddress } from './address.js';
import { askForText, type HubFetch } from './http.js';
import { type HubReference, hubArgument, isRepo } from './reference.js';

/** What huggingface/peft saves beside an adapter's weights: `utils/constants.py` (`CONFIG_NAME`), 0.21.0. */
const ADAPTER_CONFIG = 'adapter_config.json';

/**
 * What to do about a repository that lacks the file, as the error for the user: one of GGUF files, or of an adapter, has
 * no `config.json`, and the list of its files tells.
 */
export async function absentFile(
  reference: HubReference,
  endpoint: string,
  request: HubFetch,
): Promise<InputError> {
  const { repo, revision, file } = reference;
  const page = `${endpoint}/${repo}`;
  const files = await filesOf(reference, endpoint, request);
  const [gguf, ...others] = files.filter((name) => /\.gguf$/i.test(name) && !/mmproj/i.test(name));
  if (gguf !== undefined) {
    const what = others.length === 0 ? 'a GGUF file' : `${others.length + 1} GGUF files`;
    const example = hubArgument({ ...reference, file: gguf });
    return new InputError(
      `${page} has no ${file} at revision ${revision}, but ${what}; name one, such as ${example}.`,
    );
  }
  if (file === 'config.json' && files.includes(ADAPTER_CONFIG)) {
    const base = await baseModelOf(reference, endpoint, request);
    return new InputError(
      `${page} is a PEFT adapter, whose cache is its base model's; ask for ${base === undefined ? 'that model' : `hf:${base}`}.`,
    );
  }
  return new InputError(`${page} has no ${file} at revision ${revision}; check the id and the revision.`);
}

async function filesOf(
  reference: HubReference,
  endpoint: string,
  request: HubFetch,
): Promise<readonly string[]> {
  const { siblings } = await objectAt(infoAddress(endpoint, reference), request);
  return Array.isArray(siblings)
    ? siblings
        .map((sibling: { readonly rfilename?: unknown } | null) => sibling?.rfilename)
        .filter((name) => typeof name === 'string')
    : [];
}

/** The adapter's base, where it is a model on a hub and not a path on somebody's machine. */
async function baseModelOf(
  reference: HubReference,
  endpoint: string,
  request: HubFetch,
): Promise<string | undefined> {
  const address = fileAddress(endpoint, { ...reference, file: ADAPTER_CONFIG });
  const { base_model_name_or_path: base } = await objectAt(address, request);
  return typeof base === 'string' && isRepo(base) ? base : undefined;
}

/** A JSON object that only helps to say more; empty where it cannot be had. */
async function objectAt(address: string, request: HubFetch): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { content = '' } = await askForText(request, address);
    return Object(JSON.parse(content)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
