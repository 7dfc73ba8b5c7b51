import { getDocument, OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** What a reader of a PDF sees, page by page. */
export interface PdfPage {
  /** Width and height in points. */
  readonly size: readonly [number, number];
  readonly text: string;
  /** How many pictures of pixels it has. */
  readonly images: number;
}

export async function readPdf(bytes: Uint8Array): Promise<readonly PdfPage[]> {
  const document = await getDocument({ data: Uint8Array.from(bytes), verbosity: 0 }).promise;
  const numbers = Array.from({ length: document.numPages }, (_, index) => index + 1);
  return Promise.all(
    numbers.map(async (number): Promise<PdfPage> => {
      const page = await document.getPage(number);
      const [left = 0, bottom = 0, right = 0, top = 0] = page.view;
      const { items } = await page.getTextContent();
      const { fnArray } = await page.getOperatorList();
      const drawsImage = new Set<number>([OPS.paintImageXObject, OPS.paintInlineImageXObject]);
      return {
        size: [right - left, top - bottom],
        text: items.map((item) => ('str' in item ? item.str : '')).join(''),
        images: fnArray.filter((operation) => drawsImage.has(operation)).length,
      };
    }),
  );
}
