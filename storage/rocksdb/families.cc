#include "storage/rocksdb/families.h"

#include <cstdarg>
#include <cstdint>
#include <memory>

#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "storage/rocksdb/lowest_number_merge.h"
#include "storage/rocksdb/rows.h"

namespace sumlog::storage {
namespace {

constexpr double kBloomBitsPerKey = 10;  // one false positive in a hundred

// Of the index's write buffer: 1.6 MiB for the 150,000 keys that it holds. Whoever adds asks first
// whether the key is there, and mostly it is not.
constexpr double kUnwrittenBloomShare = 0.1;

// Bounds of memory beside the block cache.
constexpr std::size_t kWriteBuffersBytes = 48u << 20;  // of all families together
constexpr std::size_t kWriteBufferBytes = 16u << 20;   // of one

// What a start may have to replay, at most: this bounds its time.
constexpr std::uint64_t kMaxLogBytes = 32u << 20;

constexpr int kWriterOpenFiles = 512;

// The filter of a file is one block, and a block that is larger than its shard of the cache is read
// and checked anew for every question. So the cache has few shards, and the families with filters
// have small files: 16 MiB hold about a million and a half keys, whose filter has 2 MiB.
constexpr int kCacheShardBits = 2;
constexpr std::uint64_t kFilteredFileBytes = 16u << 20;

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// After a failed write RocksDB would try to go on by itself. RocksDbStore opens the database anew
// instead, which is the same path as after a crash.
class NoSelfRecovery final : public rocksdb::EventListener {
 public:
  const char* Name() const override { return "sumlog.NoSelfRecovery"; }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

rocksdb::BlockBasedTableOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.block_size = 4u << 10;
  return table;
}

// A commit's rows come sorted, so each is looked for from where the one before it went in, not from
// the top of the write buffer. A hint is kept for each prefix of keys, and all keys share the empty
// one.
std::shared_ptr<const rocksdb::SliceTransform> OneHint() {
  return std::shared_ptr<const rocksdb::SliceTransform>(rocksdb::NewCappedPrefixTransform(0));
}

rocksdb::ColumnFamilyOptions FamilyOptions(Family family,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table = TableOptions(cache);
  options.write_buffer_size = kWriteBufferBytes;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = rocksdb::kNoCompression;
  switch (family) {
    case Family::kRecords:
      options.compression = rocksdb::kZSTD;
      break;
    case Family::kIndex:
      options.compression = rocksdb::kZSTD;
      table.block_size = 8u << 10;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
      options.memtable_prefix_bloom_size_ratio = kUnwrittenBloomShare;
      options.memtable_whole_key_filtering = true;
      options.merge_operator = std::make_shared<LowestNumberMerge>();
      options.target_file_size_base = kFilteredFileBytes;
      options.memtable_insert_with_hint_prefix_extractor = OneHint();
      break;
    case Family::kLeaves:
      options.compression = rocksdb::kLZ4Compression;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
      table.whole_key_filtering = false;
      options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kLeafPrefixBytes));
      options.target_file_size_base = kFilteredFileBytes;
      options.memtable_insert_with_hint_prefix_extractor = OneHint();
      break;
    case Family::kMeta:
    case Family::kHeads:
    case Family::kTail:
    case Family::kHashTiles:
    case Family::kProvenance:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions CommonOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.paranoid_checks = true;
  // A last write that a crash tore off is not an error, damage anywhere else is; README.md,
  // "Durability", has the reasons.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.skip_stats_update_on_db_open = true;  // it would read every file
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // RocksDB's own log file ends the process when the disk is full: it asserts (and Debian builds it
  // so) that nobody appends to a file that failed, and then does it. What matters is in each
  // status.
  options.info_log = std::make_shared<SilentLogger>();
  return options;
}

}  // namespace

std::vector<rocksdb::ColumnFamilyDescriptor> AllFamilies(std::size_t cache_size_bytes) {
  static constexpr std::array<const char*, kFamilyCount> kNames = {
      "default", "heads", "records", "tail", "hash_tiles", "index", "leaves", "provenance"};
  // Shared: RocksDB keeps the cache as long as any family's table factory lives.
  const std::shared_ptr<rocksdb::Cache> cache =
      rocksdb::NewLRUCache(cache_size_bytes, kCacheShardBits);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t number = 0; number < kFamilyCount; ++number) {
    families.emplace_back(kNames[number], FamilyOptions(static_cast<Family>(number), cache));
  }
  return families;
}

rocksdb::DBOptions WriterOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options = CommonOptions(env);
  options.max_open_files = kWriterOpenFiles;
  options.db_write_buffer_size = kWriteBuffersBytes;
  options.max_total_wal_size = kMaxLogBytes;
  options.max_background_jobs = 2;
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<NoSelfRecovery>());
  options.bytes_per_sync = 1u << 20;
  return options;
}

rocksdb::DBOptions ReaderOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options = CommonOptions(env);
  options.max_open_files = -1;
  return options;
}

}  // namespace sumlog::storage
