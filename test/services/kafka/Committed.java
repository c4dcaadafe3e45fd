import java.time.Duration;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What Kafka's own client reads: java -cp 'JARS/*' Committed.java 127.0.0.1:9092 TOPIC [read_uncommitted] prints partition, offset, key,
 * value, timestamp and headers of each record up to the end.
 */
public class Committed {
  public static void main(String[] a) {
    var isolation = a.length > 2 ? a[2] : "read_committed";
    var p = Map.<String, Object>of("bootstrap.servers", a[0], "isolation.level", isolation, "enable.auto.commit", false);
    try (var c = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      var parts = c.partitionsFor(a[1]).stream().map(i -> new TopicPartition(a[1], i.partition())).toList();
      c.assign(parts);
      c.seekToBeginning(parts);
      var end = c.endOffsets(parts); // under read_committed: the last stable offset
      var out = new StringBuilder();
      while (parts.stream().anyMatch(t -> c.position(t) < end.get(t)))
        for (var r : c.poll(Duration.ofMillis(200))) {
          var headers = StreamSupport.stream(r.headers().spliterator(), false)
              .map(h -> h.key() + "=" + new String(h.value())).collect(Collectors.joining(","));
          out.append(r.partition()).append('\t').append(r.offset()).append('\t').append(r.key()).append('\t').append(r.value())
              .append('\t').append(r.timestamp()).append('\t').append(headers).append('\n');
        }
      System.out.print(out);
    }
  }
}
