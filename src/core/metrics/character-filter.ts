/** A part of a metric's name as REST shows it: blanks, dots, colons and commas become underscores, as in Flink. */
export function filterCharacters(part: string): string {
  return part.replace(/[ .:,]/g, '_')
}
