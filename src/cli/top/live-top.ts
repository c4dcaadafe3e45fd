import type { JobActivity } from './job-activity.js'
import type { JobsWatch } from './jobs-watch.js'
import type { LiveScreen } from './live-screen.js'

export interface LiveTop {
  readonly watch: JobsWatch
  readonly intervalMs: number
  readonly lines: (jobs: readonly JobActivity[], width: number | undefined) => string[]
  readonly print: (line: string) => void
}

const KEYS = 'q: leave'

/** Shows the jobs until somebody leaves, or until they have ended: then what was seen last stays. Returns the exit code. */
export async function showLive(screen: LiveScreen, { watch, intervalMs, lines, print }: LiveTop): Promise<number> {
  try {
    for (;;) {
      // A job that hangs must not keep who wants to leave.
      const seen = await Promise.race([watch.look(), screen.left])
      if (!Array.isArray(seen)) return seen === 'quit' ? 0 : seen
      if (seen.length === 0) break
      const draw = (): void => {
        screen.draw([...lines(seen, screen.width), '', KEYS])
      }
      draw()
      const left = await Promise.race([screen.pause(intervalMs, draw), screen.left])
      if (left !== undefined) return left === 'quit' ? 0 : left
    }
  } finally {
    screen.close()
  }
  const { ended } = watch
  const { width } = screen
  for (const line of lines(
    ended.map(({ last }) => last),
    width,
  ))
    print(line)
  for (const { sentence } of ended) print(sentence)
  return 0
}
