// Goal: the client hands on what an honest server sends, and calls every lie by its name.
// Method: a server whose answers are those of a real log, until a test changes one of them in one
// place.

#include "rpc_client/log_client.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <functional>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rpc/rpc_fixture.h"
#include "rpc_client/scripted_log.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"
#include "support/reference_tree.h"

namespace sumlog::rpc_client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LogClientTest : public rpc::RpcTest {
 protected:
  LogClientTest() : RpcTest(0), key_(testing::MakeSigner().verifier()) {
    Grow(3);
    Grow(4);
    scripted_ = std::make_unique<ScriptedLog>(&log_->reader());
    grpc::ServerBuilder builder;
    builder.SetMaxSendMessageSize(-1);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(scripted_.get());
    scripted_server_ = builder.BuildAndStart();
    client_ = Connect(key_);
  }
  ~LogClientTest() override { scripted_server_->Shutdown(std::chrono::system_clock::now()); }

  std::unique_ptr<LogClient> Connect(const tlog::VerifierKey& key,
                                     absl::Duration timeout = absl::Seconds(20)) {
    return LogClient::Connect({.connect = {.address = absl::StrCat("grpc://127.0.0.1:", port_),
                                           .timeout = timeout},
                               .key = key,
                               .on_answer =
                                   [this](absl::string_view question, absl::string_view bytes) {
                                     questions_.emplace_back(question);
                                     answers_.emplace_back(bytes);
                                   }})
        .value();
  }

  absl::Status Lookup(std::uint64_t number) {
    return client_->Lookup(testing::MakeRecord(number).module).status();
  }

  // The head of the first `size` records, as `signer` signs it.
  std::string NoteOf(std::uint64_t size, const tlog::Signer& signer = testing::MakeSigner()) {
    return tlog::SignTreeHead(tlog::ReferenceHead(absl::MakeConstSpan(leaves_).subspan(0, size)),
                              {&signer, 1})
        ->note;
  }

  // That every record has the number it has, as "r<number>".
  std::vector<ClaimedLeaf> Claims() const {
    std::vector<ClaimedLeaf> claims;
    for (std::uint64_t i = 0; i < size_; ++i) {
      claims.push_back({.number = i, .leaf = leaves_[i], .name = absl::StrCat("r", i)});
    }
    return claims;
  }

  const tlog::VerifierKey key_;
  std::unique_ptr<ScriptedLog> scripted_;
  std::unique_ptr<grpc::Server> scripted_server_;
  int port_ = 0;
  std::unique_ptr<LogClient> client_;
  std::vector<std::string> questions_, answers_;
};

TEST_F(LogClientTest, HandsOnWhatAnHonestServerSends) {
  EXPECT_EQ(client_->Newest()->head, NewestHead());
  for (std::uint64_t number = 0; number < size_; ++number) {
    const auto looked_up = client_->Lookup(testing::MakeRecord(number).module);
    ASSERT_TRUE(looked_up.ok()) << looked_up.status();
    EXPECT_EQ(looked_up->record.number, number);
    EXPECT_EQ(looked_up->record.text, texts_[number]);
    EXPECT_EQ(looked_up->record.head.head, NewestHead());
  }
}

TEST_F(LogClientTest, ProvesEveryRecordAtEverySize) {
  for (std::uint64_t size = 1; size <= size_; ++size) {
    const auto head = client_->HeadOfSize(size);
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->head, tlog::ReferenceHead(absl::MakeConstSpan(leaves_).subspan(0, size)));
    EXPECT_EQ(!head->note.empty(), size == 3 || size == 7) << size;
    for (std::uint64_t number = 0; number < size; ++number) {
      const auto by_number = client_->ProveNumber(number, head->head);
      ASSERT_TRUE(by_number.ok()) << by_number.status();
      EXPECT_EQ(tlog::VerifyInclusion(head->head, number, leaves_[number], by_number->path),
                absl::OkStatus());
      const auto by_leaf = client_->ProveLeaf(leaves_[number], head->head);
      ASSERT_TRUE(by_leaf.ok()) << by_leaf.status();
      EXPECT_EQ(by_leaf->number, number);
      EXPECT_EQ(*client_->RecordText(*by_leaf), texts_[number]);
    }
    for (std::uint64_t older_size = 0; older_size <= size; ++older_size) {
      const auto older = client_->HeadOfSize(older_size);
      ASSERT_TRUE(older.ok()) << older.status();
      const auto path = client_->ProveConsistency(older->head, head->head);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_EQ(tlog::VerifyConsistency(older->head, head->head, *path), absl::OkStatus());
    }
  }
}

TEST_F(LogClientTest, SaysWhatLiesBeyondTheNewestHead) {
  EXPECT_TRUE(absl::IsInvalidArgument(client_->HeadOfSize(8).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client_->ProveNumber(7, NewestHead()).status()));
  EXPECT_TRUE(absl::IsNotFound(client_->ProveLeaf(tlog::Hash{}, NewestHead()).status()));
}

TEST_F(LogClientTest, TellsAbsentFromBlocked) {
  const absl::Status absent = Lookup(99);
  EXPECT_TRUE(absl::IsNotFound(absent)) << absent;
  EXPECT_THAT(std::string(absent.message()),
              HasSubstr("example.com/m99@v1.0.0 is not in log sum.example.com of 7 records"));
  scripted_->on_lookup = [](v1::LookupResponse&) {
    return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "leaks keys");
  };
  const absl::Status blocked = Lookup(1);
  EXPECT_TRUE(absl::IsNotFound(blocked)) << blocked;
  EXPECT_THAT(std::string(blocked.message()), HasSubstr("is blocked in log sum.example.com"));
  EXPECT_THAT(std::string(blocked.message()), Not(HasSubstr("leaks")));
  EXPECT_EQ(client::ServerTextOf(blocked), "leaks keys");
}

TEST_F(LogClientTest, TakesNoAbsenceFromWhoHasNoSignedHead) {
  client_ = Connect(testing::MakeSigner("sum.example.com", 2).verifier());
  EXPECT_TRUE(absl::IsUnauthenticated(Lookup(99)));
}

TEST_F(LogClientTest, TakesNoRefusalForAnAnswer) {
  const auto head = client_->Newest();
  ASSERT_TRUE(head.ok()) << head.status();
  const std::pair<grpc::StatusCode, absl::StatusCode> cases[] = {
      {grpc::StatusCode::NOT_FOUND, absl::StatusCode::kUnavailable},
      {grpc::StatusCode::PERMISSION_DENIED, absl::StatusCode::kPermissionDenied},
      {grpc::StatusCode::UNAUTHENTICATED, absl::StatusCode::kPermissionDenied}};
  for (const auto& [code, meaning] : cases) {
    const auto refuse = [code = code](auto&) { return grpc::Status(code, "no"); };
    scripted_->on_record = refuse;
    scripted_->on_inclusion = refuse;
    scripted_->on_consistency = refuse;
    scripted_->on_tile = refuse;
    EXPECT_EQ(client_->ProveNumber(1, head->head).status().code(), meaning);
    EXPECT_EQ(client_->HeadOfSize(5).status().code(), meaning);
    EXPECT_EQ(client_->RecordText({.number = 1, .leaf = leaves_[1], .path = {}}).status().code(),
              meaning);
    EXPECT_EQ(client_->CheckLeaves(Claims(), head->head).code(), meaning);
    const bool says_absent = code == grpc::StatusCode::NOT_FOUND;
    EXPECT_EQ(client_->ProveLeaf(leaves_[1], head->head).status().code(),
              says_absent ? absl::StatusCode::kNotFound : meaning);

    // Who has no signed head is no log, and knows nothing of what is in it.
    scripted_->on_head = refuse;
    scripted_->on_lookup = refuse;
    EXPECT_EQ(client_->Newest().status().code(), meaning);
    EXPECT_EQ(Lookup(1).code(), meaning) << Lookup(1);
    EXPECT_EQ(client_->HeadOfSize(3).status().code(), meaning);
    scripted_->on_head = nullptr;
    scripted_->on_lookup = nullptr;
  }
}

TEST_F(LogClientTest, SaysHowToGetInWhereItIsNotLetIn) {
  for (const auto code : {grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::UNAUTHENTICATED}) {
    scripted_->on_head = [code](auto&) { return grpc::Status(code, "no\nfix: what it says"); };
    const absl::Status status = client_->Newest().status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("\nfix: a token that is valid, in SUMLOG_TOKEN"),
                      Not(HasSubstr("what it says"))));
    EXPECT_THAT(client::ServerTextOf(status), HasSubstr("what it says"));
  }
  // Not let in is not blocked, also where everybody may read the head.
  scripted_->on_head = nullptr;
  scripted_->on_lookup = [](auto&) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "no token");
  };
  EXPECT_TRUE(absl::IsPermissionDenied(Lookup(1))) << Lookup(1);
}

TEST_F(LogClientTest, CallsEveryFalseLookupTampering) {
  const std::vector<std::function<void(v1::LookupResponse&)>> lies = {
      [](auto& answer) { answer.mutable_record()->set_number(2); },
      [](auto& answer) { answer.mutable_proof()->set_number(2); },
      [](auto& answer) { answer.mutable_proof()->set_tree_size(6); },
      [](auto& answer) {
        answer.mutable_record()->set_number(2);
        answer.mutable_proof()->set_number(2);
      },
      [](auto& answer) {
        answer.mutable_record()->set_number(1ull << 62);
        answer.mutable_proof()->set_number(1ull << 62);
      },
      [this](auto& answer) { answer.mutable_record()->set_text(texts_[2]); },
      [](auto& answer) { (*answer.mutable_proof()->mutable_hashes(0))[5] ^= 1; },
      [](auto& answer) { answer.mutable_proof()->mutable_hashes()->RemoveLast(); },
      [](auto& answer) { answer.mutable_proof()->mutable_hashes()->Clear(); },
      [](auto& answer) { answer.mutable_proof()->add_hashes(std::string(32, 'x')); },
      [](auto& answer) { answer.mutable_proof()->mutable_hashes(0)->resize(31); },
      [](auto& answer) { answer.mutable_proof()->mutable_hashes(0)->clear(); },
      [this](auto& answer) { answer.mutable_head()->set_note(NoteOf(1)); },
      [this](auto& answer) { answer.mutable_head()->set_note(NoteOf(6)); },
      [](auto& answer) { answer.mutable_head()->mutable_note()->replace(21, 1, "9"); },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    scripted_->on_lookup = [&](v1::LookupResponse& answer) {
      lies[i](answer);
      return grpc::Status::OK;
    };
    client_ = Connect(key_);
    EXPECT_TRUE(absl::IsDataLoss(Lookup(1))) << i << " " << Lookup(1);
  }
}

TEST_F(LogClientTest, CallsTheRecordOfAnotherModuleTampering) {
  v1::LookupResponse other;
  scripted_->on_lookup = [&](v1::LookupResponse& answer) {
    other = answer;
    return grpc::Status::OK;
  };
  ASSERT_EQ(Lookup(2), absl::OkStatus());
  scripted_->on_lookup = [&](v1::LookupResponse& answer) {
    answer = other;
    return grpc::Status::OK;
  };
  const absl::Status status = Lookup(1);  // everything in it verifies
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("the answer for example.com/m1@v1.0.0"));
}

TEST_F(LogClientTest, TellsAnotherKey) {
  scripted_->on_head = [this](v1::GetSignedHeadResponse& answer) {
    answer.mutable_head()->set_note(NoteOf(7, testing::MakeSigner("sum.example.com", 2)));
    return grpc::Status::OK;
  };
  EXPECT_TRUE(absl::IsUnauthenticated(client_->Newest().status()));
}

TEST_F(LogClientTest, CallsTwoHistoriesAForkAndKeepsBothNotes) {
  ASSERT_TRUE(client_->Newest().ok());
  for (const std::uint64_t size : {std::uint64_t{7}, std::uint64_t{3}, std::uint64_t{9}}) {
    tlog::TreeHead forked{.size = size, .root = leaves_[0]};
    const tlog::Signer signer = testing::MakeSigner();
    const std::string note = tlog::SignTreeHead(forked, {&signer, 1})->note;
    scripted_->on_consistency = [](v1::GetConsistencyProofResponse&) { return grpc::Status::OK; };
    const absl::Status status = client_->Take(note).status();
    if (size == 9) {  // the honest log has no proof to give for it
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      continue;
    }
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(client::ForkedNotesOf(status), HasSubstr(note));
  }
  EXPECT_EQ(client_->Newest()->head, NewestHead());  // nothing was taken in
}

TEST_F(LogClientTest, IsNotTakenBackByAnOlderHead) {
  ASSERT_TRUE(client_->Newest().ok());
  scripted_->on_head = [this](v1::GetSignedHeadResponse& answer) {
    answer.mutable_head()->set_note(NoteOf(3));
    return grpc::Status::OK;
  };
  EXPECT_EQ(client_->Newest()->head, NewestHead());
}

TEST_F(LogClientTest, CallsFalseProofsTampering) {
  const std::vector<std::function<void(v1::GetInclusionProofResponse&)>> lies = {
      [](auto& answer) { answer.mutable_proof()->set_number(2); },
      [](auto& answer) { answer.mutable_proof()->set_number(7); },
      [](auto& answer) { answer.set_leaf_hash(std::string(32, 'x')); },
      [](auto& answer) { answer.set_leaf_hash("x"); },
      [](auto& answer) { answer.mutable_proof()->mutable_hashes()->RemoveLast(); },
      [](auto& answer) { (*answer.mutable_proof()->mutable_hashes(1))[0] ^= 1; },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    scripted_->on_inclusion = [&](v1::GetInclusionProofResponse& answer) {
      lies[i](answer);
      return grpc::Status::OK;
    };
    EXPECT_TRUE(absl::IsDataLoss(client_->ProveNumber(1, NewestHead()).status())) << i;
    EXPECT_TRUE(absl::IsDataLoss(client_->ProveLeaf(leaves_[1], NewestHead()).status())) << i;
  }
  scripted_->on_consistency = [](v1::GetConsistencyProofResponse& answer) {
    (*answer.mutable_old_head()->mutable_root())[0] ^= 1;
    return grpc::Status::OK;
  };
  EXPECT_TRUE(absl::IsDataLoss(client_->HeadOfSize(5).status()));
  scripted_->on_consistency = [](v1::GetConsistencyProofResponse& answer) {
    answer.mutable_proof()->mutable_hashes()->RemoveLast();
    return grpc::Status::OK;
  };
  EXPECT_TRUE(absl::IsDataLoss(client_->HeadOfSize(5).status()));
  scripted_->on_record = [this](v1::GetRecordResponse& answer) {
    answer.mutable_record()->set_text(texts_[2]);
    return grpc::Status::OK;
  };
  EXPECT_TRUE(absl::IsDataLoss(
      client_->RecordText({.number = 1, .leaf = leaves_[1], .path = {}}).status()));
}

TEST_F(LogClientTest, ChecksManyRecordsWithFewAnswers) {
  Grow(10'000);
  const auto head = client_->Newest();
  ASSERT_TRUE(head.ok()) << head.status();
  std::vector<ClaimedLeaf> claims = Claims();
  std::reverse(claims.begin(), claims.end());
  questions_.clear();
  EXPECT_EQ(client_->CheckLeaves(claims, head->head), absl::OkStatus());
  EXPECT_EQ(questions_.size(), 40u + 1);  // the tiles of leaves, and the one above them
  EXPECT_EQ(client_->CheckLeaves({}, head->head), absl::OkStatus());
}

TEST_F(LogClientTest, FindsTheOneRecordThatIsNotWhereItIsSaidToBe) {
  Grow(700);
  const auto head = client_->Newest();
  ASSERT_TRUE(head.ok()) << head.status();
  for (const std::size_t number : {std::size_t{0}, std::size_t{255}, std::size_t{256}, size_ - 1}) {
    std::vector<ClaimedLeaf> claims = Claims();
    claims[number].leaf[31] ^= 1;
    const absl::Status status = client_->CheckLeaves(claims, head->head);
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("record ", number, " of the signed tree is not r", number,
                                       " as it was sent: leaf hash ")));
  }
  std::vector<ClaimedLeaf> moved = Claims();
  std::swap(moved[3].number, moved[500].number);
  EXPECT_TRUE(absl::IsDataLoss(client_->CheckLeaves(moved, head->head)));
  EXPECT_TRUE(absl::IsDataLoss(
      client_->CheckLeaves({{.number = size_, .leaf = leaves_[0], .name = "r"}}, head->head)));
}

TEST_F(LogClientTest, BelievesNoTileThatDoesNotLeadToTheHead) {
  Grow(700);
  const auto head = client_->Newest();
  ASSERT_TRUE(head.ok()) << head.status();
  const std::vector<std::function<void(std::string&)>> lies = {
      [](std::string& hashes) { hashes[40] ^= 1; }, [](std::string& hashes) { hashes.clear(); },
      [](std::string& hashes) { hashes.pop_back(); }, [](std::string& hashes) { hashes += 'x'; }};
  for (const auto& lie : lies) {
    scripted_->on_tile = [&lie](v1::GetHashTileResponse& answer) {
      lie(*answer.mutable_hashes());
      return grpc::Status::OK;
    };
    EXPECT_TRUE(absl::IsDataLoss(client_->CheckLeaves(Claims(), head->head)));
  }
  for (const auto code : {grpc::StatusCode::NOT_FOUND, grpc::StatusCode::DATA_LOSS}) {
    scripted_->on_tile = [code](auto&) { return grpc::Status(code, "no"); };
    EXPECT_TRUE(absl::IsUnavailable(client_->CheckLeaves(Claims(), head->head)));
  }
}

TEST_F(LogClientTest, AccusesNobodyOfWhatIsNoAnswer) {
  const std::vector<std::function<grpc::Status(v1::LookupResponse&)>> oddities = {
      [](auto& answer) { return answer.Clear(), grpc::Status::OK; },
      [](auto& answer) { return answer.mutable_head()->set_note("x"), grpc::Status::OK; },
      [](auto& answer) {
        answer.mutable_record()->set_text(std::string(70'000, 'x') + "\n");
        return grpc::Status::OK;
      },
      [](auto& answer) {
        return answer.mutable_record()->set_text("a\x1b[2J\n"), grpc::Status::OK;
      },
      [](auto& answer) {
        answer.mutable_record()->mutable_provenance()->set_from(std::string(6000, 'x'));
        return grpc::Status::OK;
      },
      [](auto& answer) {  // more than the client takes
        answer.mutable_record()->set_text(std::string(5 << 20, 'x'));
        return grpc::Status::OK;
      },
      [](auto&) { return grpc::Status(grpc::StatusCode::DATA_LOSS, "damaged"); },
      [](auto&) { return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "?"); },
      [](auto&) { return grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "no"); },
      [](auto&) { return grpc::Status(grpc::StatusCode::INTERNAL, "oops"); },
  };
  for (std::size_t i = 0; i < oddities.size(); ++i) {
    scripted_->on_lookup = oddities[i];
    const absl::Status status = Lookup(1);
    EXPECT_TRUE(absl::IsUnavailable(status)) << i << " " << status;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n"))) << i;
  }
}

TEST_F(LogClientTest, WaitsNoLongerThanItsTimeout) {
  client_ = Connect(key_, absl::Milliseconds(300));
  std::promise<void> release;
  scripted_->on_lookup = [&](v1::LookupResponse&) {
    release.get_future().wait();
    return grpc::Status::OK;
  };
  const absl::Status status = Lookup(1);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("no answer of "));
  release.set_value();
}

TEST_F(LogClientTest, ReportsEachAnswerBeforeItIsJudged) {
  scripted_->on_lookup = [](v1::LookupResponse& answer) {
    answer.mutable_proof()->mutable_hashes()->Clear();
    return grpc::Status::OK;
  };
  ASSERT_TRUE(absl::IsDataLoss(Lookup(1)));
  ASSERT_EQ(questions_.size(), 2u);
  EXPECT_EQ(questions_[0], "sumlog.v1.Log/Lookup example.com/m1@v1.0.0");
  v1::LookupResponse kept;
  ASSERT_TRUE(kept.ParseFromString(answers_[0]));
  EXPECT_EQ(kept.record().text(), texts_[1]);
  EXPECT_EQ(answers_[1], kept.head().note());
}

TEST_F(LogClientTest, FailsWhenTheServerHasGone) {
  scripted_server_->Shutdown(std::chrono::system_clock::now());
  EXPECT_TRUE(absl::IsUnavailable(client_->Newest().status()));
}

}  // namespace
}  // namespace sumlog::rpc_client
