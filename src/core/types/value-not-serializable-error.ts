const THE_VALUE = 'the value'

/** Thrown by a TypeSerializer for a value that cannot travel or be stored; callers name the operator or the state. */
export class ValueNotSerializableError extends Error {
  override readonly name: string = 'ValueNotSerializableError'
  /** Where in the value, as one would write it in code: `user.tags[2]`; `the value` for the value itself. */
  readonly path: string
  /** What was found there, with its article: `a function`, `an instance of Account`. */
  readonly kind: string

  constructor(path: string, kind: string) {
    super(`${path} is ${kind}`)
    this.path = path
    this.kind = kind
  }

  /** The error of a part as one of the whole: `step` is the way to the part, `[2]`. Any other error comes back as it is. */
  static within(error: unknown, step: string): unknown {
    if (!(error instanceof ValueNotSerializableError)) return error
    const { path, kind } = error
    if (path === THE_VALUE) return new ValueNotSerializableError(step, kind)
    return new ValueNotSerializableError(path.startsWith('[') ? step + path : `${step}.${path}`, kind)
  }
}
