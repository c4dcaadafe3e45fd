/** Entries as lines of JSON (json-form.md says of which fields), and the text of those that are asked for. */
import { DataInputView } from '../core/memory/data-input-view.js'
import { operatorLabel, type EntryFilter } from './entry-filter.js'
import { canonicalText, JsonForm } from './json-form.js'
import type { KeyedEntry, ListElement, ReadableState, SnapshotContents } from './snapshot-contents.js'

/** Takes whole lines, each with its end; false where nobody reads any more. */
export type TakeLines = (text: string) => boolean

/** Given out at once. */
const CHUNK_CHARS = 64 * 1024

/** The fields of a line before the key. */
export function beginningOf({ operator, metadata }: Pick<ReadableState, 'operator' | 'metadata'>): string {
  const [label, state] = [JSON.stringify(operatorLabel(operator)), JSON.stringify(metadata.name)]
  return `{"operator":${label},"state":${state},"kind":"${metadata.kind}"`
}

/** Returns how many there were. */
export async function exportEntries(contents: SnapshotContents, filter: EntryFilter, take: TakeLines): Promise<number> {
  const writer = new LineWriter(contents, filter, take)
  await contents.visit(filter, writer)
  writer.flush()
  return writer.count
}

class LineWriter {
  readonly #form: JsonForm
  readonly #take: TakeLines
  readonly #wantedKey: string | undefined
  #state: ReadableState | undefined
  #beginning = ''
  #text = ''
  #count = 0

  constructor(contents: SnapshotContents, { key }: EntryFilter, take: TakeLines) {
    this.#form = new JsonForm(contents.classes)
    this.#take = take
    this.#wantedKey = key === undefined ? undefined : this.#form.canonicalKey(key)
  }

  get count(): number {
    return this.#count
  }

  keyed({ state, entry }: KeyedEntry): void {
    const key = this.#form.write(entry.key)
    if (this.#wantedKey !== undefined && !this.#isWanted(key)) return
    if (this.#state !== state) {
      this.#state = state
      this.#beginning = beginningOf(state)
    }
    const namespace = state.types.namespace === undefined ? '' : `,"namespace":${this.#form.write(entry.namespace)}`
    const { value } = state.types
    const held = value === undefined ? '' : `,"value":${this.#form.write(value.read(entry.input))}`
    this.#add(`${this.#beginning},"key":${key}${namespace}${held}}\n`)
  }

  element({ operator, metadata, types, subtask, index, bytes }: ListElement): void {
    if (this.#wantedKey !== undefined) return
    const value = types?.value === undefined ? bytes : types.value.read(new DataInputView(bytes))
    const place = `"subtask":${String(subtask)},"index":${String(index)}`
    this.#add(`${beginningOf({ operator, metadata })},${place},"value":${this.#form.write(value)}}\n`)
  }

  pause(): boolean {
    return this.#text.length < CHUNK_CHARS || this.flush()
  }

  flush(): boolean {
    const text = this.#text
    this.#text = ''
    return text === '' || this.#take(text)
  }

  #isWanted(key: string): boolean {
    return key === this.#wantedKey || canonicalText(JSON.parse(key)) === this.#wantedKey
  }

  #add(line: string): void {
    this.#text += line
    this.#count += 1
  }
}
