// Goal: every call of sumlog.v1.Log that is one message answers truly, with proofs that verify, and
// gives each bad request the status that log.proto names.
// Method: a log of 600 records in memory behind a real channel. Proofs are checked with our
// verifiers and compared with the recursive definition; requests are bent one way at a time.

#include <limits>
#include <string>
#include <vector>

#include "rpc_fixture.h"
#include "support/reference_tree.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using Stub = v1::Log::Stub;

constexpr std::uint64_t kHuge[] = {std::uint64_t{1} << 63,
                                   std::numeric_limits<std::uint64_t>::max()};

class LogServiceTest : public RpcTest {
 protected:
  LogServiceTest() { Start(); }

  grpc::Status Lookup(const std::string& path, const std::string& version,
                      v1::LookupResponse* response) {
    v1::LookupRequest request;
    request.mutable_module()->set_path(path);
    request.mutable_module()->set_version(version);
    return Call(&Stub::Lookup, request, response);
  }

  tlog::TreeHead ReferenceHead(std::uint64_t size) const {
    return tlog::ReferenceHead(absl::MakeConstSpan(leaves_).first(size));
  }
};

TEST_F(LogServiceTest, GivesTheNewestHeadAndOlderOnes) {
  v1::GetSignedHeadResponse response;
  ASSERT_TRUE(Call(&Stub::GetSignedHead, v1::GetSignedHeadRequest(), &response).ok());
  EXPECT_EQ(ToHead(response.head().tree_head()), ReferenceHead(600));
  const std::vector<tlog::VerifierKey> keys = {testing::MakeSigner().verifier()};
  EXPECT_EQ(tlog::OpenTreeHead(response.head().note(), keys)->head, ReferenceHead(600));
  EXPECT_GT(response.head().signed_at().seconds(), 0);

  Grow(7);
  for (const std::uint64_t size : {0u, 600u, 607u}) {
    v1::GetSignedHeadRequest request;
    request.set_size(size);
    ASSERT_TRUE(Call(&Stub::GetSignedHead, request, &response).ok()) << size;
    EXPECT_EQ(
        ToHead(response.head().tree_head()),
        size == 0 ? (tlog::TreeHead{.size = 0, .root = tlog::EmptyRoot()}) : ReferenceHead(size));
    EXPECT_EQ(tlog::OpenTreeHead(response.head().note(), keys)->head.size, size);
  }
}

TEST_F(LogServiceTest, HasNoHeadOfASizeThatWasNotPublished) {
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{601}, kHuge[0], kHuge[1]}) {
    v1::GetSignedHeadRequest request;
    request.set_size(size);
    v1::GetSignedHeadResponse response;
    ExpectStatus(Call(&Stub::GetSignedHead, request, &response), StatusCode::NOT_FOUND,
                 "no head of " + std::to_string(size) + " records was published");
  }
}

TEST_F(LogServiceTest, LooksUpARecordWithAProof) {
  for (const std::uint64_t number : {0u, 1u, 255u, 256u, 599u}) {
    v1::LookupResponse response;
    ASSERT_TRUE(Lookup(absl::StrCat("example.com/m", number), "v1.0.0", &response).ok());
    EXPECT_EQ(response.record().number(), number);
    EXPECT_EQ(response.record().text(), texts_[number]);
    EXPECT_EQ(response.record().provenance().how(), "ingest");
    EXPECT_EQ(response.record().provenance().from(), "a test");
    EXPECT_EQ(response.proof().number(), number);
    EXPECT_EQ(response.proof().tree_size(), 600u);
    EXPECT_EQ(VerifyInclusion(ToHead(response.head().tree_head()), number,
                              tlog::LeafHash(response.record().text()), PathOf(response.proof())),
              absl::OkStatus());
  }
}

TEST_F(LogServiceTest, LookupCarriesTheNewestHead) {
  Grow(1);  // within the interval in which HTTP lookups keep their head
  v1::LookupResponse response;
  ASSERT_TRUE(Lookup("example.com/m3", "v1.0.0", &response).ok());
  EXPECT_EQ(ToHead(response.head().tree_head()), ReferenceHead(601));
  EXPECT_EQ(response.proof().tree_size(), 601u);
}

TEST_F(LogServiceTest, RefusesToLookUpWhatIsNoModuleVersion) {
  const std::string bad_paths[] = {"",
                                   "no-dot/m",
                                   "example.com/../m",
                                   "example.com/m@v1.0.0",
                                   "/example.com/m",
                                   "example.com/m\n",
                                   std::string("example.com/\0m", 14),
                                   "example.com/\x01",
                                   "example.com/m/v2",
                                   "example.com/" + std::string(2000, 'a')};
  v1::LookupResponse response;
  for (const std::string& path : bad_paths) {
    const grpc::Status status = Lookup(path, "v1.0.0", &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << path;
    EXPECT_FALSE(status.error_message().empty());
    EXPECT_LE(status.error_message().size(), 1000u);
    for (const char c : status.error_message()) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
  for (const std::string version : {"", "1.0.0", "v1.0", "v1.0.0+meta", "v2.0.0", "v1.0.0\t"}) {
    EXPECT_EQ(Lookup("example.com/m1", version, &response).error_code(),
              StatusCode::INVALID_ARGUMENT)
        << version;
  }
  EXPECT_EQ(Call(&Stub::Lookup, v1::LookupRequest(), &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  ExpectStatus(Lookup("example.com/absent", "v1.0.0", &response), StatusCode::NOT_FOUND,
               "example.com/absent@v1.0.0 is not in the log");
}

TEST_F(LogServiceTest, GivesRecordsByNumber) {
  v1::GetRecordRequest request;
  v1::GetRecordResponse response;
  for (const std::uint64_t number : {0u, 511u, 512u, 599u}) {
    request.set_number(number);
    ASSERT_TRUE(Call(&Stub::GetRecord, request, &response).ok());
    EXPECT_EQ(response.record().number(), number);
    EXPECT_EQ(response.record().text(), texts_[number]);
    EXPECT_EQ(response.record().provenance().how(), "ingest");
  }
  for (const std::uint64_t number : {std::uint64_t{600}, kHuge[0], kHuge[1]}) {
    request.set_number(number);
    ExpectStatus(Call(&Stub::GetRecord, request, &response), StatusCode::OUT_OF_RANGE,
                 absl::StrCat("record number ", number, " is outside a tree of 600 records"));
  }
}

TEST_F(LogServiceTest, ProvesInclusionAtEverySize) {
  for (std::uint64_t size = 1; size <= 600; size += size < 20 ? 1 : 29) {
    for (std::uint64_t number = 0; number < size; number += 1 + size / 5) {
      v1::GetInclusionProofRequest request;
      request.set_number(number);
      request.set_tree_size(size);
      v1::GetInclusionProofResponse response;
      ASSERT_TRUE(Call(&Stub::GetInclusionProof, request, &response).ok());
      const auto leaves = absl::MakeConstSpan(leaves_).first(size);
      EXPECT_EQ(PathOf(response.proof()), tlog::ReferenceInclusionPath(number, leaves));
      EXPECT_EQ(ToHash(response.leaf_hash()), leaves_[number]);
      EXPECT_EQ(ToHead(response.tree_head()), ReferenceHead(size));
      EXPECT_EQ(response.proof().number(), number);
      EXPECT_EQ(response.proof().tree_size(), size);
    }
  }
}

TEST_F(LogServiceTest, ProvesInclusionByLeafHash) {
  v1::GetInclusionProofRequest request;
  v1::GetInclusionProofResponse response;
  request.set_leaf_hash(std::string(leaves_[300].begin(), leaves_[300].end()));
  ASSERT_TRUE(Call(&Stub::GetInclusionProof, request, &response).ok());
  EXPECT_EQ(response.proof().number(), 300u);
  EXPECT_EQ(response.proof().tree_size(), 600u);
  EXPECT_EQ(VerifyInclusion(ReferenceHead(600), 300, leaves_[300], PathOf(response.proof())),
            absl::OkStatus());
  request.set_tree_size(301);
  EXPECT_TRUE(Call(&Stub::GetInclusionProof, request, &response).ok());
  request.set_tree_size(300);
  ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::NOT_FOUND,
               "none of the first 300 records has the leaf hash");
  request.clear_tree_size();
  request.set_leaf_hash(std::string(32, 'x'));
  ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::NOT_FOUND,
               "none of the first 600 records");
}

TEST_F(LogServiceTest, RefusesBadInclusionProofs) {
  v1::GetInclusionProofRequest request;
  v1::GetInclusionProofResponse response;
  ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::INVALID_ARGUMENT,
               "neither a record number nor a leaf hash");
  for (const std::size_t length : {0u, 1u, 31u, 33u, 10'000u}) {
    request.set_leaf_hash(std::string(length, 'x'));
    ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::INVALID_ARGUMENT,
                 absl::StrCat("leaf hash of ", length, " bytes, want 32"));
  }
  for (const std::uint64_t number : {std::uint64_t{600}, kHuge[0], kHuge[1]}) {
    request.set_number(number);
    ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::OUT_OF_RANGE,
                 "is outside a tree of 600 records");
  }
  request.set_number(0);
  for (const std::uint64_t size : {std::uint64_t{601}, kHuge[0], kHuge[1]}) {
    request.set_tree_size(size);
    ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::OUT_OF_RANGE,
                 absl::StrCat("tree size ", size, " is beyond the newest head"));
  }
  request.set_tree_size(0);
  ExpectStatus(Call(&Stub::GetInclusionProof, request, &response), StatusCode::OUT_OF_RANGE,
               "record number 0 is outside a tree of 0 records");
}

// A message with both fields of the oneof: the later one counts, by the rules of protobuf.
TEST_F(LogServiceTest, TakesTheLaterOfNumberAndLeafHash) {
  v1::GetInclusionProofRequest hash_request;
  hash_request.set_leaf_hash(std::string(leaves_[9].begin(), leaves_[9].end()));
  v1::GetInclusionProofRequest number_request;
  number_request.set_number(5);
  v1::GetInclusionProofRequest both;
  ASSERT_TRUE(
      both.ParseFromString(hash_request.SerializeAsString() + number_request.SerializeAsString()));
  v1::GetInclusionProofResponse response;
  ASSERT_TRUE(Call(&Stub::GetInclusionProof, both, &response).ok());
  EXPECT_EQ(response.proof().number(), 5u);
}

TEST_F(LogServiceTest, ProvesConsistencyOfAnyTwoSizes) {
  for (std::uint64_t new_size = 1; new_size <= 600; new_size += new_size < 20 ? 1 : 29) {
    for (std::uint64_t old_size = 1; old_size <= new_size; old_size += 1 + new_size / 5) {
      v1::GetConsistencyProofRequest request;
      request.set_old_size(old_size);
      request.set_new_size(new_size);
      v1::GetConsistencyProofResponse response;
      ASSERT_TRUE(Call(&Stub::GetConsistencyProof, request, &response).ok());
      EXPECT_EQ(ToHead(response.old_head()), ReferenceHead(old_size));
      EXPECT_EQ(ToHead(response.new_head()), ReferenceHead(new_size));
      EXPECT_EQ(VerifyConsistency(ReferenceHead(old_size), ReferenceHead(new_size),
                                  PathOf(response.proof())),
                absl::OkStatus())
          << old_size << " " << new_size;
    }
  }
  v1::GetConsistencyProofRequest request;
  request.set_old_size(599);
  v1::GetConsistencyProofResponse response;
  ASSERT_TRUE(Call(&Stub::GetConsistencyProof, request, &response).ok());
  EXPECT_EQ(response.proof().new_size(), 600u);
}

TEST_F(LogServiceTest, RefusesBadConsistencyProofs) {
  v1::GetConsistencyProofRequest request;
  v1::GetConsistencyProofResponse response;
  ExpectStatus(Call(&Stub::GetConsistencyProof, request, &response), StatusCode::INVALID_ARGUMENT,
               "old size 0, want 1 to the new size, 600");
  request.set_old_size(601);
  ExpectStatus(Call(&Stub::GetConsistencyProof, request, &response), StatusCode::INVALID_ARGUMENT,
               "old size 601, want 1 to the new size, 600");
  request.set_old_size(5);
  request.set_new_size(4);
  ExpectStatus(Call(&Stub::GetConsistencyProof, request, &response), StatusCode::INVALID_ARGUMENT,
               "old size 5, want 1 to the new size, 4");
  for (const std::uint64_t size : {std::uint64_t{601}, kHuge[0], kHuge[1]}) {
    request.set_new_size(size);
    ExpectStatus(Call(&Stub::GetConsistencyProof, request, &response), StatusCode::OUT_OF_RANGE,
                 absl::StrCat("new size ", size, " is beyond the newest head"));
  }
}

TEST_F(LogServiceTest, GivesHashTiles) {
  v1::GetHashTileRequest request;
  v1::GetHashTileResponse response;
  const auto bytes = [this](std::size_t first, std::size_t count) {
    return std::string(tlog::HashesAsBytes(absl::MakeConstSpan(leaves_).subspan(first, count)));
  };
  ASSERT_TRUE(Call(&Stub::GetHashTile, request, &response).ok());
  EXPECT_EQ(response.hashes(), bytes(0, 256));
  request.set_index(2);
  ASSERT_TRUE(Call(&Stub::GetHashTile, request, &response).ok());
  EXPECT_EQ(response.hashes(), bytes(512, 88));
  request.set_width(3);
  ASSERT_TRUE(Call(&Stub::GetHashTile, request, &response).ok());
  EXPECT_EQ(response.hashes(), bytes(512, 3));
  request.Clear();
  request.set_level(1);
  ASSERT_TRUE(Call(&Stub::GetHashTile, request, &response).ok());
  EXPECT_EQ(response.hashes().size(), 2 * tlog::kHashSizeBytes);
}

TEST_F(LogServiceTest, RefusesBadTiles) {
  v1::GetHashTileRequest hash;
  v1::GetHashTileResponse hash_response;
  for (const std::uint32_t level : {8u, 63u, 0xffffffffu}) {
    hash.set_level(level);
    ExpectStatus(Call(&Stub::GetHashTile, hash, &hash_response), StatusCode::INVALID_ARGUMENT,
                 absl::StrCat("tile level ", level, ", want 0 to 7"));
  }
  hash.set_level(7);
  ExpectStatus(Call(&Stub::GetHashTile, hash, &hash_response), StatusCode::OUT_OF_RANGE,
               "hash tile 0 of level 7 has 0 entries in the tree of 600 records");
  v1::GetDataTileRequest data;
  v1::GetDataTileResponse data_response;
  for (const std::uint64_t index : {std::uint64_t{3}, kHuge[0], kHuge[1]}) {
    hash.set_level(0);
    hash.set_index(index);
    EXPECT_EQ(Call(&Stub::GetHashTile, hash, &hash_response).error_code(),
              StatusCode::OUT_OF_RANGE);
    data.set_index(index);
    ExpectStatus(Call(&Stub::GetDataTile, data, &data_response), StatusCode::OUT_OF_RANGE,
                 absl::StrCat("data tile ", index, " of level 0 has 0 entries"));
  }
  hash.set_index(2);
  data.set_index(2);
  for (const std::uint32_t width : {0u, 257u, 0xffffffffu}) {
    hash.set_width(width);
    data.set_width(width);
    EXPECT_EQ(Call(&Stub::GetHashTile, hash, &hash_response).error_code(),
              StatusCode::INVALID_ARGUMENT);
    ExpectStatus(Call(&Stub::GetDataTile, data, &data_response), StatusCode::INVALID_ARGUMENT,
                 absl::StrCat("tile width ", width, ", want 1 to 256"));
  }
  data.set_width(89);
  ExpectStatus(Call(&Stub::GetDataTile, data, &data_response), StatusCode::OUT_OF_RANGE,
               "has 88 entries in the tree of 600 records, asked for 89");
}

TEST_F(LogServiceTest, GivesDataTiles) {
  v1::GetDataTileRequest request;
  v1::GetDataTileResponse response;
  request.set_index(2);
  ASSERT_TRUE(Call(&Stub::GetDataTile, request, &response).ok());
  EXPECT_THAT(std::vector<std::string>(response.texts().begin(), response.texts().end()),
              ::testing::ElementsAreArray(texts_.begin() + 512, texts_.end()));
  request.set_width(1);
  ASSERT_TRUE(Call(&Stub::GetDataTile, request, &response).ok());
  EXPECT_THAT(response.texts(), ::testing::ElementsAre(texts_[512]));
}

TEST_F(LogServiceTest, ListsHeadsInPages) {
  for (int i = 0; i < 5; ++i) Grow(1);  // heads of 0, 600, 601 … 605
  v1::ListSignedHeadsRequest request;
  request.set_page_size(3);
  std::vector<std::uint64_t> sizes;
  v1::ListSignedHeadsResponse response;
  do {
    ASSERT_TRUE(Call(&Stub::ListSignedHeads, request, &response).ok());
    EXPECT_LE(response.heads_size(), 3);
    for (const v1::SignedHead& head : response.heads()) {
      sizes.push_back(head.tree_head().size());
      if (head.tree_head().size() > 0) {
        EXPECT_EQ(ToHead(head.tree_head()), ReferenceHead(head.tree_head().size()));
      }
      EXPECT_THAT(head.note(), ::testing::StartsWith("go.sum database tree\n"));
    }
    request.set_min_size(response.next_min_size());
  } while (response.has_next_min_size());
  EXPECT_THAT(sizes, ::testing::ElementsAre(0, 600, 601, 602, 603, 604, 605));

  request.Clear();
  request.set_min_size(601);
  request.set_max_size(603);
  ASSERT_TRUE(Call(&Stub::ListSignedHeads, request, &response).ok());
  EXPECT_EQ(response.heads_size(), 3);
  EXPECT_FALSE(response.has_next_min_size());
  request.set_min_size(kHuge[1]);
  request.clear_max_size();
  ASSERT_TRUE(Call(&Stub::ListSignedHeads, request, &response).ok());
  EXPECT_EQ(response.heads_size(), 0);
}

TEST_F(LogServiceTest, RefusesBadPages) {
  v1::ListSignedHeadsRequest request;
  v1::ListSignedHeadsResponse response;
  for (const std::uint32_t size : {1001u, 0xffffffffu}) {
    request.set_page_size(size);
    ExpectStatus(Call(&Stub::ListSignedHeads, request, &response), StatusCode::INVALID_ARGUMENT,
                 absl::StrCat("page size ", size, ", want at most 1000"));
  }
  request.set_page_size(1000);
  EXPECT_TRUE(Call(&Stub::ListSignedHeads, request, &response).ok());
  request.set_min_size(2);
  request.set_max_size(1);
  ExpectStatus(Call(&Stub::ListSignedHeads, request, &response), StatusCode::INVALID_ARGUMENT,
               "smallest size 2 is above the largest, 1");
}

// What the disk does.
TEST_F(LogServiceTest, TellsDamageAndDiskFailuresApart) {
  v1::GetRecordRequest request;
  v1::GetRecordResponse response;
  const struct {
    absl::Status store;
    StatusCode code;
  } cases[] = {
      {absl::DataLossError("block checksum mismatch"), StatusCode::DATA_LOSS},
      {absl::UnavailableError("input/output error"), StatusCode::UNAVAILABLE},
      {absl::ResourceExhaustedError("no space"), StatusCode::UNAVAILABLE},
      {absl::InternalError("a bug"), StatusCode::INTERNAL},
  };
  for (const auto& each : cases) {
    log_.store->FailReads(each.store);
    ExpectStatus(Call(&Stub::GetRecord, request, &response), each.code,
                 std::string(each.store.message()));
    v1::LookupResponse lookup;
    EXPECT_EQ(Lookup("example.com/m3", "v1.0.0", &lookup).error_code(), each.code);
  }
  log_.store->FailReads(absl::OkStatus());
  EXPECT_TRUE(Call(&Stub::GetRecord, request, &response).ok());
}

class EmptyLogTest : public RpcTest {
 protected:
  EmptyLogTest() : RpcTest(0) { Start(); }
};

TEST_F(EmptyLogTest, AnswersAboutNothing) {
  v1::GetSignedHeadResponse head;
  ASSERT_TRUE(Call(&Stub::GetSignedHead, v1::GetSignedHeadRequest(), &head).ok());
  EXPECT_EQ(head.head().tree_head().size(), 0u);
  v1::GetInclusionProofRequest inclusion;
  inclusion.set_number(0);
  v1::GetInclusionProofResponse inclusion_response;
  EXPECT_EQ(Call(&Stub::GetInclusionProof, inclusion, &inclusion_response).error_code(),
            StatusCode::OUT_OF_RANGE);
  v1::GetHashTileResponse tile;
  EXPECT_EQ(Call(&Stub::GetHashTile, v1::GetHashTileRequest(), &tile).error_code(),
            StatusCode::OUT_OF_RANGE);
  v1::GetConsistencyProofResponse consistency;
  EXPECT_EQ(
      Call(&Stub::GetConsistencyProof, v1::GetConsistencyProofRequest(), &consistency).error_code(),
      StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sumlog::rpc
