// Duty: ListState over the table of a store; the value in the table is a DiskList.
// Invariants: an empty list is no entry. Adding loads nothing but the list's end.
// Thread: the task worker that owns the backend.
import type { ListState } from '../../../../api/state/list-state.js'
import { givenValues } from '../given-values.js'
import type { InternalMergingState } from '../internal-state.js'
import type { DiskList } from './disk-list.js'
import type { LargeValueTable } from './large-value-table.js'
import type { ListForm } from './list-form.js'

/** Of added elements: written in about a millisecond. */
const DUE_BYTES = 64 * 1024

export class DiskListState implements ListState<unknown>, InternalMergingState<unknown> {
  readonly #table: LargeValueTable
  readonly #form: ListForm

  constructor(table: LargeValueTable, form: ListForm) {
    this.#table = table
    this.#form = form
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(): Iterable<unknown> {
    return this.#handedOut() ?? []
  }

  add(value: unknown): void {
    const list = this.#list()
    if (list === undefined) this.#table.put(this.#form.newList([value]))
    else {
      list.add(value)
      this.#changed(list)
    }
  }

  addAll(values: Iterable<unknown>): void {
    this.#addAll(givenValues(values, 'addAll', this.#table.named))
  }

  update(values: Iterable<unknown>): void {
    const list = givenValues(values, 'update', this.#table.named)
    if (list.length === 0) this.#table.remove()
    else this.#table.put(this.#form.newList(list))
  }

  getInternal(): unknown {
    return this.#handedOut()
  }

  hasInternal(): boolean {
    return this.#table.peek() !== undefined
  }

  updateInternal(value: unknown): void {
    this.update(value as readonly unknown[])
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    const merged: unknown[] = []
    for (const source of sources) {
      this.#table.setCurrentNamespace(source)
      const list = this.#list()
      if (list === undefined) continue
      for (const element of list.elements()) merged.push(element)
      this.#table.remove()
    }
    this.#table.setCurrentNamespace(target)
    this.#addAll(merged)
  }

  clear(): void {
    this.#table.remove()
  }

  #addAll(values: unknown[]): void {
    if (values.length === 0) return
    const list = this.#list()
    if (list === undefined) {
      this.#table.put(this.#form.newList(values))
      return
    }
    for (const value of values) list.add(value)
    this.#changed(list)
  }

  #changed(list: DiskList): void {
    this.#table.changedInPlace()
    if (list.addedBytes > DUE_BYTES) this.#table.saveCurrent()
  }

  #handedOut(): readonly unknown[] | undefined {
    return this.#list()?.handOut()
  }

  #list(): DiskList | undefined {
    return this.#table.get() as DiskList | undefined
  }
}
