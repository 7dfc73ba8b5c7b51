import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Every source file of a package, relative to its `src`, with the files of that package that it imports, types included. */
export function importsOf(source) {
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => ({
    file: relative(source, file),
    lines: readFileSync(file, 'utf8').split('\n').length,
    imports: specifiersOf(file).flatMap((specifier) => {
      const target = resolved(file, specifier);
      return target === undefined ? [] : [relative(source, target)];
    }),
  }));
}

function specifiersOf(file) {
  const text = readFileSync(file, 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) {
    throw new Error(`${file}: ${errors[0].message}`);
  }
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    text.slice(start + 1, end - 1),
  );
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  );
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexported, ...dynamic];
}

/** The source file that a relative import of its output means. */
function resolved(file, specifier) {
  if (!specifier.startsWith('.')) {
    return undefined;
  }
  const output = resolve(dirname(file), specifier);
  const candidates = [output.replace(/\.js$/, '.ts'), output.replace(/\.js$/, '.tsx'), output];
  return candidates.find((candidate) => existsSync(candidate) && /\.tsx?$/.test(candidate));
}
