import type { TypeInformation } from './type-information.js'

/**
 * A type of the engine's own around those of a job, which writes something beside their values. Its description is a name in
 * capitals and theirs, `PANES(LONG)`: so state is migrated in which the values of the job lie, too.
 */
export interface EnclosingType<T> extends TypeInformation<T> {
  /** Undefined: not declared. */
  readonly enclosed: readonly (TypeInformation<unknown> | undefined)[]
  /** Of a state that a user's descriptor describes: what cannot be read otherwise he can migrate. Else it is an operator's own. */
  readonly isOfUser?: true
  /** The same around as many others. */
  enclosing(others: readonly (TypeInformation<unknown> | undefined)[]): TypeInformation<T>
}

/** Of the name, around these. */
export function describeEnclosing(name: string, enclosed: EnclosingType<unknown>['enclosed']): string {
  return `${name}(${enclosed.map((type) => type?.description ?? 'GENERIC').join(', ')})`
}

export function isEnclosing(type: TypeInformation<unknown> | undefined): type is EnclosingType<unknown> {
  return type !== undefined && 'enclosed' in type && 'enclosing' in type
}
