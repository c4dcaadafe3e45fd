/**
 * Whether a spinner can be shown on standard error: at a terminal that has a width. One with none, as of a recording without a window, would
 * have ora clear endless lines.
 */
export function showsSpinner(
  { isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stderr,
): boolean {
  return isTTY && columns !== 0
}
