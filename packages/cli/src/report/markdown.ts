import { escapeMarkdown, renderMarkdown } from '../render/markdown.js';
import { comparisonColumns } from '../render/summary.js';
import { printable } from '../terminal/printable.js';
import type { Report } from './report.js';

/** A report as Markdown: what was asked, the answer, the table. */
export function reportMarkdown({ title, answer, facts, command, rows, warnings }: Report): string {
  return [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(answer),
    facts.map(({ name, value }) => `- ${name}: ${escapeMarkdown(value)}`).join('\n'),
    renderMarkdown(comparisonColumns('markdown'), rows).trimEnd(),
    ...(warnings.length === 0 ? [] : [warnings.map((text) => `- ${escapeMarkdown(text)}`).join('\n')]),
    `Made by:\n\n    ${printable(command)}`,
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}
