/** A job that runs, and of which no snapshot can be taken. */
import { RichSourceFunction, StreamExecutionEnvironment } from 'flink-ts'

class Unsnapshotable extends RichSourceFunction<number> {
  async *run(): AsyncGenerator<number> {
    for (let number = 0; ; number += 1) {
      yield number
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  snapshotState(): never {
    throw new RangeError('the state is out of reach: "<&>" äöü 😀')
  }

  restoreState(): void {
    // There is nothing that it could be given.
  }
}

class Bench {
  static async main(): Promise<void> {
    const environment = StreamExecutionEnvironment.getExecutionEnvironment()
    environment
      .addSource(new Unsnapshotable(), 'src')
      .uid('src')
      .map((number) => number)
    await environment.execute('fails')
  }
}

export { Bench as 'bench.Bench' }
