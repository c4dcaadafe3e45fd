import type { Copier } from '../../core/types/copier.js'
import type { RegisteredTypes } from '../../core/types/registered-types.js'
import { RowCopier } from '../../core/types/row-copier.js'
import { SerializingCopier } from '../../core/types/serializing-copier.js'
import { DeclaredType } from './declared-type.js'
import type { TypeInformation } from './type-information.js'

/** For records of one type that go from function to function: a type of the user's own copies them as it likes. */
export function chainedCopier(type: TypeInformation<unknown> | undefined, registered: RegisteredTypes): Copier {
  if (type === undefined) return new RowCopier(registered)
  return type instanceof DeclaredType ? type.copier(registered) : type.createSerializer(registered)
}

/** For a channel within one worker: the copy is what would have arrived from another worker. */
export function exchangeCopier(type: TypeInformation<unknown> | undefined, registered: RegisteredTypes): Copier {
  if (type === undefined || type instanceof DeclaredType) return chainedCopier(type, registered)
  return new SerializingCopier(type.createSerializer(registered))
}
