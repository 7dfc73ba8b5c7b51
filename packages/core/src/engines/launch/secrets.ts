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

const SECRET_VALUES = [
  // An address with a name and a password, or with a key among its parameters.
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@]+@/i,
  /[?&](token|key|sig|signature|api_?key|access_?token|password|x-amz-signature|x-amz-credential)=/i,
  /\b(hf_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|nvapi-[\w-]{16,}|Bearer\s+\S{8,})/,
  // A key of JSON whose value is secret.
  /"[\w.-]{0,40}(api_?key|token|password|passwd|secret|credentials?)"\s{0,9}:\s{0,9}"[^"]/i,
];

/** Whether a value is secret whatever it stands for: an address with a password, a token by its prefix. */
export function isSecretValue(value: string): boolean {
  return SECRET_VALUES.some((pattern) => pattern.test(value));
}
