// Duty: one CREATE or APPEND: bytes on their way to a DataNode in one request, which are in the file, and durable, when it was answered.
// Invariants: a chunk is the caller's again when `write` resolves. What the DataNode says comes before what the socket says: it closes the
// connection when it has something to say against the file.
import type { ClientRequest } from 'node:http'
import { textOf, unreachable, type HttpAnswer } from './http-exchange.js'
import { failureOf } from './remote-exception.js'
import type { Upload } from './web-hdfs-client.js'

/** After the socket has broken, an answer that is on its way is worth so much waiting. */
const LATE_ANSWER_MS = 100

export class UploadPiece {
  readonly #request: ClientRequest
  /** Undefined where it went well. */
  readonly #failure: Promise<Error | undefined>
  #isAnswered = false
  /** Of the write that is being waited for; each has its own promises, as what hangs on the answer stays until that comes. */
  #answered: ((failure: Error | undefined) => void) | undefined
  sizeBytes = 0

  constructor({ request, answer }: Upload) {
    this.#request = request
    this.#failure = answer.then(failureIn).catch((error: unknown) => unreachable(error, request.host))
    void this.#failure.then((failure) => {
      this.#isAnswered = true
      this.#answered?.(failure)
    })
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#written(bytes)
    } catch (error) {
      throw await this.#closer(error)
    }
    this.sizeBytes += bytes.length
  }

  /** Resolves when all of it is in the file. */
  async end(): Promise<void> {
    this.#request.end()
    const failure = await this.#failure
    if (failure !== undefined) throw failure
  }

  /** Whatever comes of it. */
  cancel(): void {
    this.#request.destroy()
  }

  /** Where the answer is there before the end the rest of the body does not matter any more. */
  async #written(bytes: Uint8Array): Promise<void> {
    const failure = this.#isAnswered ? await this.#failure : undefined
    if (failure !== undefined) throw failure
    if (this.#isAnswered) return
    await new Promise<void>((resolve, reject) => {
      const settle = (error: Error | null | undefined): void => {
        if (error === undefined || error === null) resolve()
        else reject(error)
      }
      this.#answered = settle
      this.#request.write(bytes, settle)
    })
  }

  async #closer(error: unknown): Promise<Error> {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, LATE_ANSWER_MS, undefined))
    return (await Promise.race([this.#failure, late])) ?? unreachable(error, this.#request.host)
  }
}

async function failureIn(answer: HttpAnswer): Promise<Error | undefined> {
  const text = await textOf(answer)
  return answer.status >= 200 && answer.status < 300 ? undefined : failureOf(answer.status, text)
}
