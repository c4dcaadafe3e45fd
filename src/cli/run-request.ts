/** What `run` was asked to do: plain data, so that a detached process can be handed it. Paths are absolute. */
export interface RunRequest {
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** Configuration of file and command line, by key. */
  readonly configuration: Readonly<Record<string, string>>
}
