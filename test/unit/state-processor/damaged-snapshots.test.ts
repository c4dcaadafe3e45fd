import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import type { FileReader } from '../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { rescaleSnapshot } from '../../../src/state-processor/rescale-snapshot.js'
import type { StateProcessorServices } from '../../../src/state-processor/snapshot-source.js'
import { copyInto, diffOf, FIXTURES, importLines, linesOf, servicesIn } from './snapshot-fixtures.js'

const SAVEPOINT = path.join(FIXTURES, 'disk/v6/savepoint')
/** A prime, so that all places of the entries come to be hit. */
const STEP_BYTES = 97

/** Counts the files that are open. */
class CountedFiles extends InMemoryFileSystem {
  openCount = 0

  override async openForRead(file: string): Promise<FileReader> {
    const reader = await super.openForRead(file)
    this.openCount += 1
    const close = async (): Promise<void> => {
      this.openCount -= 1
      await reader.close()
    }
    return { sizeBytes: reader.sizeBytes, read: (at, lengthBytes) => reader.read(at, lengthBytes), close }
  }
}

async function filesWith(snapshot: string): Promise<{ disk: CountedFiles; services: StateProcessorServices }> {
  const disk = new CountedFiles()
  await copyInto(snapshot, '/whole', disk)
  await copyInto(snapshot, '/damaged', disk)
  return { disk, services: { ...servicesIn('/tmp'), fileSystems: new FileSystems().register('file', disk) } }
}

async function overwrite(disk: CountedFiles, file: string, bytes: Uint8Array): Promise<void> {
  const writer = await disk.openForWrite(file)
  await writer.write(bytes)
  await writer.sync()
  await writer.close()
}

describe('A snapshot with a changed byte', () => {
  it('is told to be damaged by whatever reads its entries, and no file stays open', async () => {
    const { disk, services } = await filesWith(SAVEPOINT)
    const [line = ''] = await linesOf('/whole', services)
    const readers = {
      export: () => linesOf('/damaged', services),
      diff: () => diffOf('/whole', '/damaged', services),
      rescale: () =>
        rescaleSnapshot({ from: '/damaged', to: '/new', maxParallelism: 99, engineVersion: '9' }, services),
      import: () => importLines('/damaged', [line], { to: '/new', services }),
    }
    for (const name of readdirSync(SAVEPOINT).filter((each) => each !== '_metadata')) {
      const whole = readFileSync(path.join(SAVEPOINT, name))
      for (let at = 0; at < whole.length; at += Math.max(STEP_BYTES, Math.floor(whole.length / 12))) {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ 0x55
        await overwrite(disk, `/damaged/${name}`, damaged)
        for (const [reader, read] of Object.entries(readers)) {
          await assert.rejects(read(), (error) => {
            // Of a key that was changed and can be read it is said that it lies where it cannot be.
            const codes = ['SNAPSHOT_CORRUPT', ...(reader === 'rescale' ? ['SNAPSHOT_RESCALE_REFUSED'] : [])]
            assert.ok(
              FlinkError.is(error) && codes.includes(error.code),
              `${reader}, byte ${String(at)}: ${String(error)}`,
            )
            return true
          })
          assert.equal(disk.openCount, 0, `${reader}, byte ${String(at)} of ${name}`)
        }
      }
      await overwrite(disk, `/damaged/${name}`, whole)
    }
  })
})
