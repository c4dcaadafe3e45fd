// Duty: the distributed cache as the job's configuration names its files.
// Invariants: that they are there was checked when the job was submitted.
// Thread: the task worker that owns the operator.
import type { DistributedCache } from '../../../api/functions/distributed-cache.js'
import { cachedFilesOf } from '../../../core/config/cached-files.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorContext } from './stream-operator.js'

export class ConfiguredCache implements DistributedCache {
  readonly #context: Pick<OperatorContext, 'configuration' | 'fileSystems' | 'taskInfo'>

  constructor(context: Pick<OperatorContext, 'configuration' | 'fileSystems' | 'taskInfo'>) {
    this.#context = context
  }

  getFile(name: string): string {
    const { configuration, fileSystems, taskInfo } = this.#context
    const files = cachedFilesOf(configuration)
    const file = files.find((each) => each.name === name)
    if (file !== undefined) return fileSystems.forUri(file.path).path
    const names = files.map((each) => `'${each.name}'`).join(', ')
    const registered = names === '' ? 'nothing is registered' : `registered are ${names}`
    throw new FlinkError('CACHED_FILE_UNKNOWN', { name, task: taskInfo.taskName, registered })
  }
}
