import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * What the `Source:` paragraphs of the rules in a folder cite, as `{ rule, paths, symbols }`, one for each paragraph: files
 * or folders of the engine, and what stands in backticks beside them. A file named without its folder lies in that of the
 * path before it, or under `folder/` of a path that ends so.
 *
 * @param root the package that the paths of engine files begin with, such as `vllm`.
 */
export function citationsIn(folder, root) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      const rule = relative(folder, file);
      return citations(readFileSync(file, 'utf8'), root).map((citation) => ({ rule, ...citation }));
    });
}

/** The same of one file's text. */
export function citations(text, root) {
  return [...text.matchAll(/\/\*\*(?<comment>[\s\S]*?)\*\//g)].flatMap(({ groups: { comment } }) =>
    comment
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n')
      .split(/\n\s*\n|\n(?=@)/)
      .flatMap((paragraph) => paragraph.match(/Source: [\s\S]*/) ?? [])
      .map((paragraph) => cited(paragraph, root))
      .filter(({ paths }) => paths.length > 0),
  );
}

function cited(paragraph, root) {
  const paths = [];
  const symbols = [];
  let folder = '';
  for (const [, quoted] of paragraph.matchAll(/`([^`]+)`/g)) {
    const token = quoted.replace(/\s+/g, '');
    if (/[\w*]\.py$|\/$/.test(token) || token.startsWith(`${root}/`)) {
      const path = token.startsWith(`${root}/`) ? token : `${folder}${token}`;
      folder = path.slice(0, path.lastIndexOf('/') + 1);
      paths.push(path);
    } else if (/^[A-Za-z_][\w.]*(\(.*)?$/.test(token)) {
      symbols.push(token.replace(/\(.*/, ''));
    }
  }
  return { paths: [...new Set(paths)], symbols: [...new Set(symbols)] };
}
