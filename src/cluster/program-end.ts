import { asError } from '../core/errors/thrown-value.js'
import type { JobProgramInfo } from '../rest/messages/job-messages.js'
import { throwableInfo } from '../rest/throwable-info.js'

/** How the main of a job process has ended, for whoever waits for its jobs: it may go on when they do not. */
export class ProgramEnd {
  #info: JobProgramInfo = { status: { id: 'IN_PROGRESS' } }

  get info(): JobProgramInfo {
    return this.#info
  }

  returned(): void {
    this.#info = { status: { id: 'COMPLETED' } }
  }

  failed(error: unknown): void {
    this.#info = { status: { id: 'COMPLETED' }, 'failure-cause': throwableInfo(asError(error)) }
  }
}
