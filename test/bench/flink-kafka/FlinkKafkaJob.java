import java.util.*;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.state.*;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.*;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** The jobs of jobs/kafka-job.ts for Apache Flink, in a cluster within this process: `kind brokers input output records checkpoints`. */
public class FlinkKafkaJob {
  public static void main(String[] a) throws Exception {
    var kind = a[0];
    var records = Long.parseLong(a[4]);
    var conf = new Configuration();
    conf.setString("execution.checkpointing.interval", "1 s");
    conf.setString("execution.checkpointing.dir", a[5]);
    conf.setString("state.backend.type", "hashmap");
    conf.setString("taskmanager.memory.network.max", "256 mb");
    var env = StreamExecutionEnvironment.getExecutionEnvironment(conf);
    env.setParallelism(1);
    var source = KafkaSource.<String>builder().setBootstrapServers(a[1]).setTopics(a[2]).setGroupId(a[3])
        .setStartingOffsets(OffsetsInitializer.earliest()).setBounded(OffsetsInitializer.latest())
        .setProperty("isolation.level", "read_committed")
        .setValueOnlyDeserializer(new SimpleStringSchema()).build();
    var values = env.fromSource(source, WatermarkStrategy.noWatermarks(), "topic");
    if (kind.equals("source")) {
      values.map(new Progress(records)).sinkTo(new DiscardingSink<>());
    } else {
      var sink = KafkaSink.<String>builder().setBootstrapServers(a[1])
          .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE).setTransactionalIdPrefix(a[3])
          .setProperty("transaction.timeout.ms", "600000")
          .setRecordSerializer(KafkaRecordSerializationSchema.builder().setTopic(a[3])
              .setValueSerializationSchema(new SimpleStringSchema()).build()).build();
      values.keyBy(value -> value.substring(0, 2)).map(new Count(records)).sinkTo(sink);
    }
    env.execute(kind);
  }

  static class Progress extends RichMapFunction<String, String> {
    final long records;
    transient long step, next, count, sum;
    transient List<Double> times;

    Progress(long records) {
      this.records = records;
    }

    @Override
    public void open(OpenContext context) {
      next = step = Math.max(1, records / 512);
      times = new ArrayList<>();
    }

    @Override
    public String map(String value) throws Exception {
      sum += value.length();
      if (++count == next) {
        next += step;
        times.add(System.currentTimeMillis() * 1.0);
      }
      return value;
    }

    @Override
    public void close() {
      System.out.println("BENCH {\"count\":" + count + ",\"step\":" + step + ",\"timesMs\":" + times + ",\"sink\":" + sum + "}");
    }
  }

  static class Count extends Progress {
    transient ValueState<Long> state;

    Count(long records) {
      super(records);
    }

    @Override
    public void open(OpenContext context) {
      super.open(context);
      state = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
    }

    @Override
    public String map(String value) throws Exception {
      var before = state.value();
      var now = before == null ? 1 : before + 1;
      state.update(now);
      return super.map(value) + now;
    }
  }
}
