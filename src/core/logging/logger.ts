export type LogFields = Readonly<Record<string, string | number | boolean>>

/** Where the engine says what it does. Standard output is never used: it belongs to the job. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
