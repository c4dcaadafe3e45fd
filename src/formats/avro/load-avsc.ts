import { createRequire } from 'node:module'
import type * as Avsc from 'avsc'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'

/** The package that flink-ts is tried with; whoever has records of Avro installs it. */
export const AVRO_PACKAGE = 'avsc@5.7.9'

/** What is used of it. */
export type AvroLibrary = Pick<typeof Avsc, 'Type' | 'types'>

/** At once, as schemas are made at once: it is a package that can be required. FORMAT_PACKAGE_MISSING where it is not installed. `load`: for tests. */
export function loadAvsc(load: () => unknown = () => createRequire(import.meta.url)('avsc')): AvroLibrary {
  try {
    return load() as AvroLibrary
  } catch (error) {
    const isMissing = errnoOf(error) === 'ERR_MODULE_NOT_FOUND' || errnoOf(error) === 'MODULE_NOT_FOUND'
    const [line = ''] = messageOf(error).split('\n')
    const reason = isMissing ? 'avsc is not installed' : line.replace(/\.$/, '')
    throw new FlinkError('FORMAT_PACKAGE_MISSING', { format: 'Avro', reason, package: AVRO_PACKAGE }, { cause: error })
  }
}
