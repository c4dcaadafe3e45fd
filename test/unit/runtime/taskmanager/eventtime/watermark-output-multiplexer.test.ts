/** What Flink's test of its multiplexer (WatermarkOutputMultiplexerTest) knows of it, as a table: what is said, and what comes out. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { WatermarkOutput } from '../../../../../src/api/eventtime/watermark-output.js'
import { Watermark } from '../../../../../src/api/eventtime/watermark.js'
import { WatermarkOutputMultiplexer } from '../../../../../src/runtime/taskmanager/eventtime/watermark-output-multiplexer.js'

type Told = number | 'idle' | 'active'
/** `i` and a name: an immediate output says something; `d`: a deferred one; `periodic`: the periodic look; `+`, `-`: come and go. */
type Step =
  readonly [output: `${'i' | 'd'}${string}`, told: Told] | readonly ['periodic'] | readonly ['+' | '-', string]
/** A step, and what comes out on it. */
type Fact = readonly [step: Step, ...out: Told[]]

const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  'one immediate output': [[['ia', 0], 0]],
  'one immediate output that is idle at once': [[['ia', 'idle'], 'idle']],
  'one immediate output that comes back from idle': [
    [['ia', 'idle'], 'idle'],
    [['ia', 0], 'active', 0],
  ],
  'the smallest of several, without those that are idle': [
    [['+', 'b']],
    [['+', 'c']],
    [['ia', 2]],
    [['ib', 5]],
    [['ic', 'idle'], 2],
  ],
  'time goes on when the one that held it back goes idle': [
    [['+', 'b']],
    [['ia', 2]],
    [['ib', 5], 2],
    [['ia', 'idle'], 5],
  ],
  'no later time when all go idle': [
    [['+', 'b']],
    [['ia', 5]],
    [['ib', 2], 2],
    [['ia', 'idle']],
    [['ib', 'idle'], 'idle'],
  ],
  'no later time of deferred outputs that go idle': [
    [['+', 'b']],
    [['da', 5]],
    [['da', 'idle']],
    [['db', 2]],
    [['db', 'idle']],
    [['periodic'], 'idle'],
  ],
  'an output that comes back from idle with less': [
    [['+', 'b']],
    [['ia', 2]],
    [['ib', 5], 2],
    [['ia', 'idle'], 5],
    [['ia', 3]],
  ],
  'deferred outputs wait for the look': [[['+', 'b']], [['da', 0]], [['db', 1]], [['periodic'], 0]],
  'one deferred output': [[['da', 0]], [['periodic'], 0]],
  'one deferred output that is idle': [[['da', 'idle']], [['periodic'], 'idle']],
  'one deferred output that comes back from idle': [
    [['da', 'idle']],
    [['periodic'], 'idle'],
    [['da', 0]],
    [['periodic'], 'active', 0],
  ],
  'the smallest of several deferred ones': [
    [['+', 'b']],
    [['+', 'c']],
    [['da', 2]],
    [['db', 5]],
    [['dc', 'idle']],
    [['periodic'], 2],
  ],
  'an immediate output takes what deferred ones have said into account': [[['+', 'b']], [['db', 5]], [['ia', 2], 2]],
  'an output does not go back, whichever way it speaks': [[['da', 5]], [['periodic'], 5], [['ia', 2]], [['periodic']]],
  'an immediate word that is less than a deferred one makes nobody look': [[['da', 5]], [['ia', 2]]],
  'one that has gone holds nobody back': [[['+', 'b']], [['ia', 156_765]], [['-', 'a']], [['ib', 156_775], 156_775]],
  'that one goes makes nobody look': [
    [['+', 'b']],
    [['ia', -4343]],
    [['ib', -4333], -4343],
    [['-', 'a']],
    [['periodic'], -4333],
  ],
  'time does not go back with one that comes later': [
    [['ia', 2], 2],
    [['-', 'a']],
    [['+', 'b']],
    [['ib', 1]],
    [['ib', 3], 3],
  ],
  'nothing when all have gone: the next may be on its way': [[['ia', 1], 1], [['-', 'a']], [['periodic']]],
  'no other status when all have gone': [[['ia', 1], 1], [['ia', 'idle'], 'idle'], [['-', 'a']], [['periodic']]],
  'active with the first that comes back': [
    [['+', 'b']],
    [['ia', 5]],
    [['ib', 2], 2],
    [['ia', 'idle']],
    [['ib', 'idle'], 'idle'],
    [['ia', 'active'], 'active', 5],
  ],
  'active with the first deferred one that comes back, though it is late': [
    [['+', 'b']],
    [['da', 5]],
    [['db', 2]],
    [['da', 'idle']],
    [['db', 'idle']],
    [['periodic'], 'idle'],
    [['da', 3]],
    [['periodic'], 'active', 5],
  ],
  'active with a new one': [[['ia', 5], 5], [['ia', 'idle'], 'idle'], [['+', 'b'], 'active'], [['ia', 6]]],
  'nothing of an output that says nothing': [[['periodic']]],
}

/** As an operator's output: a watermark makes it active, and the same again is not told. */
class RecordingTarget implements WatermarkOutput {
  readonly told: Told[] = []
  #isIdle = false
  emitWatermark(watermark: Watermark | number): void {
    this.markActive()
    this.told.push(watermark instanceof Watermark ? watermark.getTimestamp() : watermark)
  }
  markIdle(): void {
    if (!this.#isIdle) this.told.push('idle')
    this.#isIdle = true
  }
  markActive(): void {
    if (this.#isIdle) this.told.push('active')
    this.#isIdle = false
  }
}

function perform(multiplexer: WatermarkOutputMultiplexer, [what, told]: Step): void {
  if (what === 'periodic') multiplexer.onPeriodicEmit()
  else if (what === '+') multiplexer.registerNewOutput(told)
  else if (what === '-') multiplexer.unregisterOutput(told)
  else {
    const id = what.slice(1)
    const output = what.startsWith('i') ? multiplexer.getImmediateOutput(id) : multiplexer.getDeferredOutput(id)
    if (told === 'idle') output.markIdle()
    else if (told === 'active') output.markActive()
    else output.emitWatermark(new Watermark(told as number))
  }
}

/** The same answers without any short cut. */
class PlainMultiplexer {
  readonly #outputs = new Map<string, { watermark: number; isIdle: boolean }>()
  #combined = Number.NEGATIVE_INFINITY
  #isIdle = false

  perform([what, told]: Step): Told[] {
    if (what === '+') return this.#add(told)
    if (what === '-') this.#outputs.delete(told)
    if (what === '-') return []
    if (what === 'periodic') return this.#look()
    const output = this.#outputs.get(what.slice(1))
    assert.ok(output)
    const { watermark: before, isIdle: wasIdle } = output
    output.isIdle = told === 'idle'
    if (typeof told === 'number') output.watermark = Math.max(before, told)
    if (what.startsWith('d')) return []
    const looks = typeof told !== 'number' || wasIdle || (told > before && told > this.#combined)
    return looks ? this.#look() : []
  }

  #add(id: string): Told[] {
    this.#outputs.set(id, { watermark: Number.NEGATIVE_INFINITY, isIdle: false })
    const out: Told[] = this.#isIdle ? ['active'] : []
    this.#isIdle = false
    return out
  }

  #look(): Told[] {
    const all = [...this.#outputs.values()]
    if (all.length === 0) return []
    const active = all.filter(({ isIdle }) => !isIdle).map(({ watermark }) => watermark)
    const isIdle = active.length === 0
    const out: Told[] = isIdle === this.#isIdle ? [] : [isIdle ? 'idle' : 'active']
    this.#isIdle = isIdle
    const combined = Math.min(...active)
    if (isIdle || combined <= this.#combined) return out
    this.#combined = combined
    return [...out, combined]
  }
}

describe('WatermarkOutputMultiplexer', () => {
  for (const [title, facts] of Object.entries(FACTS)) {
    it(`gives ${title}`, () => {
      const target = new RecordingTarget()
      const multiplexer = new WatermarkOutputMultiplexer(target)
      multiplexer.registerNewOutput('a')
      for (const [step, ...expected] of facts) {
        perform(multiplexer, step)
        assert.deepEqual(target.told.splice(0), expected, `after ${step.join(' ')}`)
      }
    })
  }

  it('says nothing before it has outputs, and knows which it has', () => {
    const target = new RecordingTarget()
    const multiplexer = new WatermarkOutputMultiplexer(target)
    multiplexer.onPeriodicEmit()
    assert.deepEqual(target.told, [])
    multiplexer.registerNewOutput('a')
    assert.throws(() => multiplexer.registerNewOutput('a'), /there is an output a already/)
    assert.throws(() => multiplexer.getImmediateOutput('b'), /there is no output b/)
    assert.equal(multiplexer.unregisterOutput('b'), false)
    assert.equal(multiplexer.unregisterOutput('a'), true)
  })

  it('tells the listener of an output what that one says', () => {
    const heard: Told[] = []
    const multiplexer = new WatermarkOutputMultiplexer(new RecordingTarget())
    multiplexer.registerNewOutput('a', {
      onWatermarkUpdate: (timestamp) => void heard.push(timestamp),
      onIdleUpdate: (isIdle) => void heard.push(isIdle ? 'idle' : 'active'),
    })
    for (const told of [3, 2, 'idle', 'idle', 3, 4] as const) perform(multiplexer, ['da', told])
    assert.deepEqual(heard, [3, 'idle', 'active', 4])
  })

  it('gives the answers of one that looks at all outputs each time', () => {
    const names = ['a', 'b', 'c']
    const told = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom<Told>('idle', 'active'))
    const output = fc.constantFrom(...names.flatMap((name) => [`i${name}`, `d${name}`] as `i${string}`[]))
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(output, told) },
      { weight: 1, arbitrary: fc.constant(['periodic'] as const) },
      { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => ['-', name] as const) },
    )
    const check = (steps: readonly Step[]): void => {
      const target = new RecordingTarget()
      const multiplexer = new WatermarkOutputMultiplexer(target)
      const plain = new PlainMultiplexer()
      const known = new Set(['a'])
      multiplexer.registerNewOutput('a')
      plain.perform(['+', 'a'])
      for (const each of steps) {
        const [what, name] = each
        const id = what === '-' ? name : what.slice(1)
        if (what !== 'periodic' && !known.has(id)) {
          multiplexer.registerNewOutput(id)
          assert.deepEqual(target.told.splice(0), plain.perform(['+', id]), `after + ${id}`)
          known.add(id)
        }
        perform(multiplexer, each)
        assert.deepEqual(target.told.splice(0), plain.perform(each), `after ${each.join(' ')}`)
        if (what === '-') known.delete(id)
      }
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), check), { numRuns: 500 })
  })
})
