import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable } from '../../src/terminal/printable.js';

it('leaves nothing that could write over a terminal or break a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

it('shows that something was there', () => {
  expect(printable('a\u001b[31mb\u202ec')).toBe('a\ufffd[31mb\ufffdc');
  expect(printable(' one\n\ttwo ')).toBe('one two');
});

it('leaves names of any language alone', () => {
  expect(printable('通义千问 Qwen3-8B é 🦙')).toBe('通义千问 Qwen3-8B é 🦙');
});
