// Duty: what others want done on a task's thread, between two of its records.
// Invariants: in order; a mail that brings mail does not keep `drain` from ending.
// Thread: the task's worker.

export class Mailbox {
  #mails: (() => void)[] = []
  readonly #onMail: () => void

  constructor(onMail: () => void) {
    this.#onMail = onMail
  }

  get isEmpty(): boolean {
    return this.#mails.length === 0
  }

  put(mail: () => void): void {
    this.#mails.push(mail)
    this.#onMail()
  }

  /** Runs what was there when it was called. */
  drain(): void {
    if (this.#mails.length === 0) return
    const mails = this.#mails
    this.#mails = []
    for (const mail of mails) mail()
  }
}
