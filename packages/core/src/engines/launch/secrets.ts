/**
 * Whether a flag or variable of that name holds what no one else may see: keys, tokens, passwords. `--max-tokens` and
 * `--tokenizer` do not.
 */
export function isSecretName(name: string): boolean {
  const parts = name
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]/)
    .filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  return (
    parts.some((part) => /^(password|passwd|secret|secrets|credential|credentials|apikey)$/.test(part)) ||
    ['token', 'auth', 'pat'].includes(last) ||
    (['key', 'keys'].includes(last) &&
      parts.some((part) => ['api', 'access', 'admin', 'private', 'hf', 'auth', 'license'].includes(part)))
  );
}

/** Whether a value is secret whatever it stands for: an address with a password, a token by its prefix. */
export function isSecretValue(value: string): boolean {
  return (
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@]+@/i.test(value) ||
    /\b(hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|nvapi-[A-Za-z0-9_-]{16,}|Bearer\s+\S{8,})/.test(
      value,
    )
  );
}
