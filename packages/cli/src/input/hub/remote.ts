import { posix } from 'node:path';
import type { ByteSource } from '@kv/gguf';
import { withProgress } from '../../terminal/progress.js';
import type { ModelFiles, NamedText } from '../files.js';
import { absentFile } from './absent-file.js';
import { fileAddress } from './address.js';
import { type Answer, askForRange, askForText, hubFetch } from './http.js';
import type { HubReference } from './reference.js';
import { refusal } from './refusal.js';
import type { Environment, HubSettings } from './settings.js';
import { hubToken } from './token.js';

/** A repository on a hub, at a revision. Whatever is asked of it rejects with a MissingError where it cannot be asked. */
export interface RemoteRepository {
  /** The file that is referred to; rejects with an InputError where the hub has none or does not give it. */
  readonly text: () => Promise<NamedText>;
  /** Files beside that one, which there may be. */
  readonly beside: ModelFiles;
  /** The bytes of a file by its path in the repository; read with an InputError where the hub does not give it. */
  readonly source: (file: string) => ByteSource;
}

/** Statuses that stand for the absence of a file, where the hub gave another one of the same repository. */
const ABSENT = [
  404,
  // A mirror on object storage answers these so as not to tell what it has.
  401, 403,
];

export function remoteRepository(
  reference: HubReference,
  settings: HubSettings,
  environment: Environment,
): RemoteRepository {
  const { endpoint } = settings;
  const token = hubToken(environment);
  const request = hubFetch(settings, token);

  async function given<Content>(answer: Answer<Content>, asked: HubReference): Promise<Content> {
    if (answer.content === undefined) {
      throw refusal(answer, asked, endpoint, token) ?? (await absentFile(asked, endpoint, request));
    }
    return answer.content;
  }

  /** The answer for a file beside the one that is referred to; undefined where there is none. */
  async function optional<Content>(
    name: string,
    ask: (url: string) => Promise<Answer<Content>>,
  ): Promise<{ readonly content: Content; readonly source: string } | undefined> {
    const asked = { ...reference, file: posix.join(posix.dirname(reference.file), name) };
    const source = fileAddress(endpoint, asked);
    const answer = await withProgress(fetching(asked, endpoint), () => ask(source));
    return ABSENT.includes(answer.status) ? undefined : { content: await given(answer, asked), source };
  }

  return {
    text: async () => {
      const answer = await withProgress(fetching(reference, endpoint), () =>
        askForText(request, fileAddress(endpoint, reference)),
      );
      const text = await given(answer, reference);
      const commit = answer.header('x-repo-commit') ?? '';
      const revision = /^[0-9a-f]{40}$/.test(commit) ? commit : reference.revision;
      return { text, source: fileAddress(endpoint, { ...reference, revision }) };
    },
    beside: {
      text: async (name, limit) => {
        const found = await optional(name, (url) => askForText(request, url, limit));
        return found && { text: found.content, source: found.source };
      },
      start: async (name, length) => {
        const found = await optional(name, (url) => askForRange(request, url, 0, length));
        return found && { bytes: found.content, source: found.source };
      },
    },
    source: (file) => {
      const asked = { ...reference, file };
      const url = fileAddress(endpoint, asked);
      return {
        name: url,
        read: async (offset, length) => given(await askForRange(request, url, offset, length), asked),
      };
    },
  };
}

function fetching({ repo, file }: HubReference, endpoint: string): string {
  return `Fetching ${file} of ${repo} from ${endpoint}`;
}
