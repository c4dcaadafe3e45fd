import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { WriteAsTextSink } from '../../../src/api/functions/sink/write-as-text-sink.js'
import { flushingSinkContract } from './flushing-sink.contract.js'

flushingSinkContract('writeAsText', (context) => {
  const disk = new InMemoryFileSystem()
  context.fileSystems.register('file', disk)
  return Promise.resolve({
    sink: new WriteAsTextSink<unknown>('/out/lines', 'OVERWRITE'),
    written: async () =>
      new TextDecoder()
        .decode(await disk.readFile('/out/lines'))
        .split('\n')
        .slice(0, -1),
    breakTarget: () => {
      disk.fault = (operation, path) => {
        if (operation === 'write') throw new FlinkError('DISK_FULL', { path })
      }
    },
  })
})
