import type { Configuration } from '../core/config/configuration.js'
import { CoreOptions } from '../core/config/core-options.js'
import { RocksDBOptions } from '../core/config/rocksdb-options.js'
import { defaultFileSystems } from '../filesystems/default-file-systems.js'
import { WorkingDirectories } from '../core/process/working-directories.js'
import { SystemRandom } from '../core/random/system-random.js'
import { SystemClock } from '../core/time/system-clock.js'
import type { StateProcessorServices } from './snapshot-source.js'

/** Those of this machine; files of a backend are opened where a job of the configuration would have them, too. */
export function localServices(configuration: Configuration): StateProcessorServices {
  const random = new SystemRandom()
  const directories = new WorkingDirectories({
    places: configuration.getOptional(RocksDBOptions.LOCAL_DIRECTORIES) ?? configuration.get(CoreOptions.TMP_DIRS),
    prefix: 'flink-ts-state',
    option: CoreOptions.TMP_DIRS.key,
    random,
  })
  return {
    fileSystems: defaultFileSystems(configuration),
    random,
    clock: new SystemClock(),
    createDirectory: () => directories.create('snapshot'),
  }
}
