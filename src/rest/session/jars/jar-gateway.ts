import type { Readable } from 'node:stream'

/** A program that was uploaded. Flink's word for it is jar, whatever it is. */
export interface Jar {
  /** The name of its file: a UUID, `_` and the name that it came with. */
  readonly id: string
  readonly name: string
  /** Epoch ms. */
  readonly uploaded: number
}

/** How an uploaded program is to be run, or looked at. */
export interface JarProgram {
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** What is set for its job. */
  readonly configuration: Readonly<Record<string, string>>
  readonly jobId: string | undefined
}

/** Programs that are sent to a session, and run from there. */
export interface JarGateway {
  /** Of an upload, in bytes. */
  readonly maxContentLength: number
  /** The newest first. */
  list(): Promise<readonly Jar[]>
  /** Keeps the file, whole or not at all; returns its absolute path. Rejects with what is wrong with the name, or the stream. */
  receive(name: string, content: Readable): Promise<string>
  /** JAR_NOT_FOUND */
  remove(id: string): Promise<void>
  /** The plan of its first job. JAR_NOT_FOUND, JAR_RUN_FAILED */
  plan(id: string, program: JarProgram): Promise<unknown>
  /** The id of its job. JAR_NOT_FOUND, JAR_RUN_FAILED, PROGRAM_WITHOUT_JOB */
  run(id: string, program: JarProgram): Promise<string>
}
