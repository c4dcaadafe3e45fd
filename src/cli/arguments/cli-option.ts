/** One option of an action, as Flink's command line knows it. */
export interface CliOption {
  /** Without dash; may have several letters (`sae`). Undefined: long form only. */
  readonly short?: string
  readonly long?: string
  /** `several`: every word that follows, up to the next option. `key-value`: one, and the option may be repeated. */
  readonly value: 'none' | 'required' | 'optional' | 'several' | 'key-value'
  /** Name of the value in the help. */
  readonly valueName?: string
  readonly description: string
  /** Of each of its values; `otherwise` begins what the user is told of one that is written in another way. */
  readonly syntax?: { readonly pattern: RegExp; readonly otherwise: string }
  /** Accepted and not listed. */
  readonly hidden?: boolean
  /** Why it changes nothing here though it does in Flink: who gives it is told. */
  readonly withoutEffect?: string
}

/** The name by which its value is asked for: the long one, else the short one. */
export function optionName(option: CliOption): string {
  return option.long ?? option.short ?? ''
}
