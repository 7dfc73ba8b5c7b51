import { InputError } from '@kv/core';

/** A model on a hub: which repository, at which revision, and which file of it. */
export interface HubReference {
  /** `org/name`, or `name` for the few repositories without an organization. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The path of the file that describes the model, inside the repository. */
  readonly file: string;
}

const PREFIX = /^hf:(?:\/\/)?/i;

const FORM = 'it must be hf:org/name, hf:org/name@revision or hf:org/name/file.gguf';

/** Whether the argument asks a hub. */
export function isHubReference(argument: string): boolean {
  return PREFIX.test(argument);
}

/**
 * `hf:org/name[@revision][/file]`, as huggingface_hub spells paths; `hf://` is understood too. The file is a `.json` or
 * a `.gguf`, `config.json` by default. Before a file, a revision with slashes is one of the hub's own,
 * `refs/pr/N` or `refs/convert/NAME`.
 *
 * Source: huggingface/huggingface_hub, `hf_file_system.py` (`HfFileSystem.resolve_path`), `hf_api.py`
 * (`SPECIAL_REFS_REVISION_REGEX`), 2.4.0.
 *
 * @throws InputError where it is none of these.
 */
export function parseHubReference(argument: string): HubReference {
  const path = argument.replace(PREFIX, '');
  const { repo, revision = 'main', file = 'config.json' } = partsOf(path);
  if (!isRepo(repo)) {
    const hint = repo.includes(':') ? ', and a quantization is named by its file' : '';
    throw new InputError(`"${argument}" names no repository: ${FORM}${hint}.`);
  }
  if (!isPlainPath(revision)) {
    throw new InputError(`"${argument}" names no revision after "@": ${FORM}.`);
  }
  if (!isPlainPath(file) || !/\.(?:json|gguf)$/i.test(file)) {
    throw new InputError(`"${argument}" names the file "${file}", which is no .json and no .gguf: ${FORM}.`);
  }
  return { repo, revision, file };
}

/** The reference as a user would type it. */
export function hubArgument(reference: HubReference): string {
  const { file } = reference;
  return `hf:${hubId(reference)}${file === 'config.json' ? '' : `/${file}`}`;
}

/** `org/name`, with the revision where that is not the usual one. */
export function hubId({ repo, revision }: HubReference): string {
  return `${repo}${revision === 'main' ? '' : `@${revision}`}`;
}

interface Parts {
  readonly repo: string;
  readonly revision?: string;
  readonly file?: string;
}

function partsOf(path: string): Parts {
  const at = path.indexOf('@');
  if (at === -1) {
    const [org, name, ...file] = path.split('/');
    const repo = [org, name].filter((part) => part !== undefined).join('/');
    return file.length === 0 ? { repo } : { repo, file: file.join('/') };
  }
  const repo = path.slice(0, at);
  const rest = path.slice(at + 1);
  const withFile = /^(refs\/pr\/\d+|refs\/convert\/\w+|[^/]+)\/(.+\.(?:json|gguf))$/i.exec(rest);
  const [, revision = rest, file] = withFile ?? [];
  return file === undefined ? { repo, revision } : { repo, revision, file };
}

/**
 * Whether it can be the id of a repository, `org/name` or `name`.
 *
 * Source: huggingface/huggingface_hub, `utils/_validators.py` (`validate_repo_id`), 2.4.0.
 */
export function isRepo(repo: string): boolean {
  const parts = repo.split('/');
  return (
    parts.length <= 2 &&
    parts.every((part) => part.length <= 96 && /^\w(?:[\w.-]*\w)?$/.test(part)) &&
    !/--|\.\.|\.git$/.test(repo)
  );
}

/** A relative path that stays inside its folder. */
function isPlainPath(text: string): boolean {
  return (
    !/[\p{Cc}\\]/u.test(text) && text.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
