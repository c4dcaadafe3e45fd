import type { LogInfo, TaskManagerInfo } from '../rest/messages/process-messages.js'
import type { SessionRestClient } from './session-rest-client.js'

/** A file of a list. */
export type ListedLog = Pick<LogInfo, 'name' | 'size'>

/** Asks a session which logs it has, and its task managers which they have. */
export class SessionLogLists {
  readonly #session: SessionRestClient
  readonly #timeoutMs: number

  constructor(session: SessionRestClient, timeoutMs: number) {
    this.#session = session
    this.#timeoutMs = timeoutMs
  }

  /** What is listed at `path`. */
  async listedAt(path: string): Promise<readonly ListedLog[]> {
    const answer = await this.#session.call({ method: 'GET', path }, this.#timeoutMs)
    const { logs } = (answer ?? {}) as { readonly logs?: LogInfo[] }
    if (!Array.isArray(logs)) throw this.#session.notUnderstood(`of ${path} it lists no logs`)
    return logs
  }

  async taskManagerIds(): Promise<readonly string[]> {
    const answer = await this.#session.call({ method: 'GET', path: '/taskmanagers' }, this.#timeoutMs)
    const { taskmanagers = [] } = (answer ?? {}) as { readonly taskmanagers?: readonly TaskManagerInfo[] }
    return taskmanagers.map(({ id }) => id)
  }
}
