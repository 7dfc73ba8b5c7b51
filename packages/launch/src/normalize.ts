/** A text whose templates are out of the shell's way, with what they were. */
export interface Normalized {
  readonly text: string;
  /** What a mark stands for: `{{ .Values.model }}`, `<model>`. */
  readonly templates: readonly string[];
}

/** What only lines of PowerShell and cmd have: their continuations, calls, variables and folders. */
const WINDOWS = [
  /[ \t][`^]\s*$/,
  /^\s*&\s+["'$.]/,
  /\b[a-z]:\\/i,
  /\.exe\b/i,
  /^\s*\$env:\w/i,
  /(^|\s)\.\\\w/,
];

/** Marks are of a private-use character, which no command has. */
const MARK = /\uE000(\d+)\uE001/g;

/**
 * A command as a shell would take it: out of the fences of Markdown, without prompts, with the continuations of
 * PowerShell and cmd as backslashes, lines that only begin with a flag joined to those before, and templates marked.
 * Lines stay where they are.
 */
export function normalized(text: string): Normalized {
  const lines = joinedLines(
    withoutPrompts(
      withoutFences(
        text
          .replace(/\r\n?/g, '\n')
          .replace(/^\uFEFF/, '')
          .split('\n'),
      ),
    ),
  );
  return withMarks(lines.join('\n'));
}

/** The text with a mark for each template. */
export function withMarks(text: string): Normalized {
  const templates: string[] = [];
  const marked = text
    .replace(/[\uE000\uE001]/g, '?')
    .replace(/\{\{[^{}\n]*\}\}|<[A-Za-z][A-Za-z0-9_ ./-]{0,60}>(?![A-Za-z0-9])/g, (template) => {
      templates.push(template);
      return `\uE000${templates.length - 1}\uE001`;
    });
  return { text: marked, templates };
}

/** The text with what its marks stand for, and those templates. */
export function unmarked(
  text: string,
  templates: readonly string[],
): { text: string; unknown: readonly string[] } {
  const unknown: string[] = [];
  const plain = text.replace(MARK, (_, index: string) => {
    const template = templates[Number(index)] ?? '';
    unknown.push(template);
    return template;
  });
  return { text: plain, unknown };
}

/** The text that stands in the fences of Markdown, or all of it where there are none. */
export function unfenced(text: string): string {
  return withoutFences(text.split('\n')).join('\n');
}

function withoutFences(lines: readonly string[]): readonly string[] {
  const fences = lines.flatMap((line, index) => (/^\s*(?:>\s*)?(?:`{3,}|~{3,})/.test(line) ? [index] : []));
  if (fences.length < 2) {
    return fences.length === 1 ? lines.map((line, index) => (index === fences[0] ? '' : line)) : lines;
  }
  return lines.map((line, index) => {
    const before = fences.filter((fence) => fence < index).length;
    return !fences.includes(index) && before % 2 === 1 ? line : '';
  });
}

function withoutPrompts(lines: readonly string[]): readonly string[] {
  return lines.map((line) =>
    line.replace(/^(\s*)(?:\$|PS [^>\n]*>|[\w.-]+@[\w.-]+:[^\n$#]*[$#])[ \t]+(?=\S)/, '$1'),
  );
}

function joinedLines(given: readonly string[]): readonly string[] {
  const isWindows = given.some((line) => WINDOWS.some((pattern) => pattern.test(line)));
  const lines = (isWindows ? given.map(fromWindows) : given).map((line) => line.replace(/\\[ \t]+$/, '\\'));
  return lines.map((line, index) => {
    const previous = lines[index - 1] ?? '';
    if (/^\s*#(?!!)/.test(line)) {
      return continues(previous) || isComment(previous) ? (followsFlag(lines, index) ? ' \\' : '') : '';
    }
    return !continues(line) && line.trim() !== '' && beginsWithFlag(nextLine(lines, index))
      ? `${line} \\`
      : line;
  });
}

/** Backslashes are in names of folders, `&` in front calls a program, `$env:` and `set` are exports. */
function fromWindows(line: string): string {
  return line
    .replace(/\\(?!$)/g, '\\\\')
    .replace(/([ \t])[`^]\s*$/, '$1\\')
    .replace(/^(\s*)&\s+(?=["'$.\w])/, '$1')
    .replace(/^(\s*)\$env:(\w+)\s*=\s*/i, '$1export $2=')
    .replace(/^(\s*)set\s+"?(\w+)=([^"]*)"?\s*$/i, '$1export $2=$3');
}

function continues(line: string): boolean {
  return /\\\s*$/.test(line);
}

function isComment(line: string): boolean {
  return /^\s*#/.test(line);
}

function beginsWithFlag(line: string | undefined): boolean {
  return line !== undefined && /^\s*--?[A-Za-z]/.test(line);
}

/** The next line that is no comment. */
function nextLine(lines: readonly string[], index: number): string | undefined {
  for (let at = index + 1; at < Math.min(lines.length, index + 40); at++) {
    if (!isComment(lines[at] ?? '')) {
      return lines[at];
    }
  }
  return undefined;
}

function followsFlag(lines: readonly string[], index: number): boolean {
  return beginsWithFlag(nextLine(lines, index));
}
