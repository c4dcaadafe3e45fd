/** Entries as texts that can be compared and put into lines, of a key group or of all that belongs to no key. */
import { DataInputView } from '../core/memory/data-input-view.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { isStateWanted, type EntryFilter } from './entry-filter.js'
import { canonicalText, JsonForm } from './json-form.js'
import type { StoredState } from './keyed-key-groups.js'
import { elementsOf } from './operator-elements.js'
import type { ReadableState, SnapshotContents } from './snapshot-contents.js'
import { entriesOf, identityOf } from './stored-entries.js'
import type { StoredTypes } from './stored-types.js'

export interface EntryText {
  /** The fields of its line that name it. */
  readonly name: string
  /** Empty where it has none. */
  readonly value: string
  readonly bytes: string
}

/** By what tells entries apart. */
export type EntryTexts = ReadonlyMap<string, EntryText>

export interface TextsOfState {
  readonly metadata: StateMetadata
  readonly texts: EntryTexts
}

/** Each undefined where one of two snapshots has it not. */
interface AskedState {
  readonly operator: OperatorState | undefined
  readonly stored: StoredState | undefined
  readonly keyGroup: number
}

export const NO_TEXTS: EntryTexts = new Map()

/** Of one key group; `wantedKey` in its canonical text. None where the state is not there, or only its program can read it. */
export function textsOfState(
  contents: SnapshotContents,
  { operator, stored, keyGroup }: AskedState,
  wantedKey: string | undefined,
): EntryTexts {
  const state = operator && stored && contents.readableState(operator, stored.metadata)
  if (state === undefined || stored === undefined) return NO_TEXTS
  return contents.reading(state, keyGroup, () =>
    textsOfBlocks(state, stored, new JsonForm(contents.classes), wantedKey),
  )
}

function textsOfBlocks(
  { types }: ReadableState,
  { blocks }: StoredState,
  form: JsonForm,
  wantedKey: string | undefined,
): EntryTexts {
  const texts = new Map<string, EntryText>()
  const { value: values, namespace: namespaces } = types
  for (const entry of entriesOf(blocks, types)) {
    const key = form.write(entry.key)
    if (wantedKey !== undefined && canonicalText(JSON.parse(key)) !== wantedKey) continue
    const namespace = namespaces === undefined ? '' : `,"namespace":${form.write(entry.namespace)}`
    const value = values === undefined ? '' : form.write(values.read(entry.input))
    const bytes = entry.input.latin1Text(entry.valueStart, entry.input.position)
    texts.set(identityOf(entry), { name: `"key":${key}${namespace}`, value, bytes })
  }
  return texts
}

/** By the name of the state. */
export async function textsOfElements(
  contents: SnapshotContents,
  operator: OperatorState | undefined,
  filter: EntryFilter,
): Promise<ReadonlyMap<string, TextsOfState>> {
  const found = new Map<string, { readonly metadata: StateMetadata; readonly texts: Map<string, EntryText> }>()
  if (operator === undefined) return found
  const form = new JsonForm(contents.classes)
  const counts = new Map<string, number>()
  for await (const { metadata, subtask, elements } of elementsOf(operator, contents.source)) {
    if (!isStateWanted(filter, metadata.name)) continue
    const isFirst = !found.has(metadata.name)
    const { texts } = found.get(metadata.name) ?? { texts: new Map<string, EntryText>() }
    found.set(metadata.name, { metadata, texts })
    // Every subtask has a copy of broadcast state.
    if (metadata.kind === 'broadcast' && !isFirst) continue
    const types = contents.readableState(operator, metadata)?.types
    for (const element of elements) {
      const place = `${String(subtask)} ${metadata.name}`
      const index = counts.get(place) ?? 0
      counts.set(place, index + 1)
      const text =
        metadata.kind === 'broadcast'
          ? types && broadcastText(element, types, form)
          : elementText(element, types, { form, place: `"subtask":${String(subtask)},"index":${String(index)}` })
      if (text !== undefined) texts.set(text.name, text)
    }
  }
  return found
}

function broadcastText(element: Uint8Array, { key, value }: StoredTypes, form: JsonForm): EntryText {
  const input = new DataInputView(element)
  const name = `"key":${form.write(key.read(input))}`
  const text = value === undefined ? '' : form.write(value.read(input))
  return { name, value: text, bytes: input.latin1Text(0, element.length) }
}

function elementText(
  element: Uint8Array,
  types: StoredTypes | undefined,
  { form, place }: { readonly form: JsonForm; readonly place: string },
): EntryText {
  const input = new DataInputView(element)
  const value = types?.value === undefined ? new Uint8Array(element) : types.value.read(input)
  return { name: place, value: form.write(value), bytes: input.latin1Text(0, element.length) }
}
