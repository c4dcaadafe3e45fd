const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** A duration for messages: in ms below a minute, and from there on in the greatest unit, with a digit after the point. */
export function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, atLeast]) => ms >= atLeast) ?? ['ms', 1]
  return `${String(Math.round((ms / size) * 10) / 10)} ${unit}`
}
