/** One column of a printed table, over rows of some kind. */
export interface Column<Row> {
  readonly title: string;
  /** Numbers line up on the right. */
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** Gives a cell's text its colour, in a table for people. */
  readonly paint?: (text: string, row: Row) => string;
}
