// Duty: the NameNodes of one cluster, and which of them is asked.
// Invariants: one is active; another one becomes it only when that does not answer, or says that it is on standby.
import type { NameNodeAddresses } from './name-node-addresses.js'

export class NameNodes {
  readonly #addresses: NameNodeAddresses
  #active = 0
  /** True once one has answered anything. */
  wasReached = false

  constructor(addresses: NameNodeAddresses) {
    this.#addresses = addresses
  }

  get count(): number {
    return this.#addresses.urls.length
  }

  get active(): URL {
    const { urls } = this.#addresses
    return urls[this.#active % urls.length] ?? new URL('http://localhost')
  }

  /** For an error: where was asked, and why there. */
  get place(): string {
    const urls = this.#addresses.urls.map(({ origin }) => origin)
    return `WebHDFS at ${urls.join(', ')}: ${this.#addresses.rule}`
  }

  /** Of two who saw the same one fail, one moves on. */
  failed(url: URL): void {
    if (url === this.active) this.#active = (this.#active + 1) % this.count
  }
}
