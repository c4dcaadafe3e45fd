// Duty: copies of the records that one operator emits; what cannot be copied is refused as a channel refuses it.
// Thread: the producing task's worker.
import type { Copier } from '../../../core/types/copier.js'
import { recordNotSerializable } from './record-not-serializable.js'

export class ExplainingCopier implements Copier {
  readonly #copier: Copier
  readonly #operatorName: string

  constructor(copier: Copier, operatorName: string) {
    this.#copier = copier
    this.#operatorName = operatorName
  }

  copy(value: unknown): unknown {
    try {
      return this.#copier.copy(value)
    } catch (error) {
      throw recordNotSerializable(error, this.#operatorName)
    }
  }
}
