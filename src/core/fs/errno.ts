/** The system's name for what went wrong (`ENOENT`); undefined for errors that the system did not raise. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
