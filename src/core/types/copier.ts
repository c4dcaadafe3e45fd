/** Gives a value back that equals the given one and shares nothing with it that could be changed. */
export interface Copier {
  /** A ValueNotSerializableError where the value could not travel. */
  copy(value: unknown): unknown
}
