import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TaskEmissions } from '../../../../../src/runtime/taskmanager/task/task-emissions.js'

it('an emission that is asked for twice runs once, and one that is not done stays the first', () => {
  const emissions = new TaskEmissions(() => undefined)
  const ran: string[] = []
  const results = [false, true]
  const first = (): boolean => ran.push('first') > 0 && results.shift() === true
  const second = (): boolean => ran.push('second') > 0
  for (const emission of [first, second, first]) emissions.request(emission)
  while (emissions.isRequested) emissions.run()
  assert.deepEqual(ran, ['first', 'first', 'second'])
})

it('input is held until all who hold it have released it', () => {
  let changes = 0
  const emissions = new TaskEmissions(() => (changes += 1))
  const [one, other] = [{}, {}]
  emissions.holdInput(one)
  emissions.holdInput(one)
  emissions.holdInput(other)
  emissions.releaseInput(one)
  assert.ok(emissions.holdsInput)
  emissions.releaseInput(other)
  assert.ok(!emissions.holdsInput)
  assert.equal(changes, 4)
})

it('who waits for a request is told that none comes when the task has ended', async () => {
  const emissions = new TaskEmissions(() => undefined)
  const waits = [emissions.whenRequested(), emissions.whenRequested()]
  emissions.request(() => true)
  assert.deepEqual(await Promise.all(waits), [true, true])
  const waitsOn = emissions.whenRequested()
  emissions.close()
  emissions.request(() => true)
  assert.deepEqual([await waitsOn, await emissions.whenRequested(), emissions.isRequested], [false, false, false])
})
