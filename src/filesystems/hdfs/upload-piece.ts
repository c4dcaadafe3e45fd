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
  sizeBytes = 0

  constructor({ request, answer }: Upload) {
    this.#request = request
    this.#failure = answer.then(failureIn).catch((error: unknown) => unreachable(error, request.host))
  }

  async write(bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#request.write(bytes, (error) => {
        if (error === undefined || error === null) resolve()
        else reject(error)
      })
    })
    // Where the answer is there before the end the rest of the body does not matter any more.
    const answered = this.#failure.then((failure) => {
      if (failure !== undefined) throw failure
    })
    try {
      await Promise.race([written, answered])
    } catch (error) {
      void Promise.allSettled([written])
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

  async #closer(error: unknown): Promise<Error> {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, LATE_ANSWER_MS, undefined))
    return (await Promise.race([this.#failure, late])) ?? unreachable(error, this.#request.host)
  }
}

async function failureIn(answer: HttpAnswer): Promise<Error | undefined> {
  const text = await textOf(answer)
  return answer.status >= 200 && answer.status < 300 ? undefined : failureOf(answer.status, text)
}
