import type { Type } from 'avsc'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'

/** How values of the writer's type become those of the reader's. GRAPH_INVALID, with `place`, where they cannot. */
export function resolverFor(reader: Type, writer: Type, place: string): ReturnType<Type['createResolver']> {
  try {
    return reader.createResolver(writer)
  } catch (error) {
    const reason = `what its writer's schema writes cannot be read as its own: ${messageOf(error)}`
    throw new FlinkError('GRAPH_INVALID', { operator: place, reason }, { cause: error })
  }
}
