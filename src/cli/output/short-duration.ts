/** How long something has been so, to look at: `0.4 s`, `35 s`, `12 min`, `3.5 h`. */
export function shortDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  const minutes = seconds / 60
  return minutes < 120 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`
}
