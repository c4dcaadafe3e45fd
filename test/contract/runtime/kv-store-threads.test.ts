import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { loadKvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-kv-threads-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})

const loader = new URL('../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js', import.meta.url).href

/** Opens stores, leaves a cursor, a view and a batch of each open, and tells. */
const PROGRAM = `
  import { parentPort, workerData } from 'node:worker_threads'
  import { loadKvDriver } from ${JSON.stringify(loader)}
  const driver = await loadKvDriver(workerData.name)
  const left = []
  for (let index = 0; index < 3; index++) {
    const store = await driver.open({ directory: workerData.directory + '/' + index, memoryBytes: 2 ** 20 })
    for (let round = 0; round < 50; round++) {
      const batch = store.newBatch()
      for (let entry = 0; entry < 100; entry++) batch.put(Buffer.from(round + '/' + entry), Buffer.alloc(200, round))
      store.write(batch)
    }
    const view = store.view()
    const cursor = store.range(Buffer.from('1'))
    cursor.next(3)
    const ofView = view.range(Buffer.from(''))
    ofView.next(2)
    left.push(store, view, cursor, ofView, store.newBatch())
  }
  parentPort.postMessage(left.length)
  setInterval(() => left.length, 1000)
`

for (const name of ['rocksdb', 'lmdb'] as const) {
  describe(`stores of ${name} in task workers`, () => {
    it('that are terminated with all of it open do no harm to the process, and the next one opens its own', async (context) => {
      const driver = await loadKvDriver(name).catch(() => undefined)
      if (driver === undefined) return context.skip(`${name} cannot be loaded here`)
      const program = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`)
      for (let round = 0; round < 2; round++) {
        const workers = ['a', 'b'].map((letter) => {
          const directory = path.join(base, name, `${String(round)}${letter}`)
          return new Worker(program, { workerData: { name, directory } })
        })
        await Promise.all(workers.map((worker) => once(worker, 'message')))
        assert.deepEqual(await Promise.all(workers.map((worker) => worker.terminate())), [1, 1])
      }
      const store = await driver.open({ directory: path.join(base, name, 'own'), memoryBytes: 2 ** 20 })
      assert.equal(store.get(Buffer.from('0/0')), undefined)
      await store.close()
    })
  })
}
