// Goal: every unary call of sumlog.v1.Admin does what admin.proto says, refuses what it says, and
// stands in the journal.
// Method: a log of three records behind a Unix socket; requests are bent one way at a time.

#include <set>
#include <thread>

#include "admin_fixture.h"
#include "base/when.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAreArray;
using Stub = v1::Admin::Stub;

class AdminServiceTest : public AdminTest {
 protected:
  AdminServiceTest() { StartAtSocket(); }

  grpc::Status Freeze(const std::string& reason, v1::FreezeResponse* response) {
    v1::FreezeRequest request;
    request.set_reason(reason);
    return Call(&Stub::Freeze, request, response);
  }
  grpc::Status Thaw() {
    v1::ThawResponse response;
    return Call(&Stub::Thaw, v1::ThawRequest(), &response);
  }
  grpc::Status Block(const std::string& path, const std::string& version,
                     const std::string& reason) {
    v1::BlockRequest request;
    request.mutable_module()->set_path(path);
    request.mutable_module()->set_version(version);
    request.set_reason(reason);
    v1::BlockResponse response;
    return Call(&Stub::Block, request, &response);
  }
  // Calls it and expects one new line in the journal; result: what the line says of it begins so.
  template <typename Request, typename Response>
  void ExpectLine(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, const std::string& call, const nlohmann::json& details,
                  const std::string& result = "OK") {
    SCOPED_TRACE(call);
    const std::size_t before = JournalLines().size();
    Response response;
    const grpc::Status status = Call(method, request, &response);
    EXPECT_EQ(status.ok(), result == "OK") << status.error_message();
    const std::vector<nlohmann::json> lines = JournalLines();
    ASSERT_EQ(lines.size(), before + 1);
    const nlohmann::json& line = lines.back();
    EXPECT_EQ(line["time"], FormatTimestampMicros(log_.clock.Now()));
    EXPECT_EQ(line["who"], "local-socket");
    EXPECT_THAT(line["peer"].get<std::string>(), StartsWith("unix:"));
    EXPECT_EQ(line["call"], call);
    EXPECT_EQ(line["details"], details);
    EXPECT_THAT(line["result"].get<std::string>(), StartsWith(result));
  }
  v1::GetStatusResponse Status() {
    v1::GetStatusResponse response;
    EXPECT_TRUE(Call(&Stub::GetStatus, v1::GetStatusRequest(), &response).ok());
    return response;
  }
};

TEST_F(AdminServiceTest, AddsTellsWhatWasThereAndRefusesOtherHashes) {
  gosum::Record half = testing::MakeRecord(8);
  half.mod_hash.clear();
  const v1::AddRecordBatchResponse response =
      AddBatchOf({testing::MakeRecord(1), testing::MakeRecord(7), testing::MakeRecord(2, "other"),
                  half, testing::MakeRecord(7)});
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).outcome(), v1::AddResult::OUTCOME_ALREADY_THERE);
  EXPECT_EQ(response.results(0).number(), 1);
  EXPECT_EQ(response.results(1).outcome(), v1::AddResult::OUTCOME_APPENDED);
  EXPECT_EQ(response.results(1).number(), 3);
  EXPECT_EQ(response.results(2).refusal(), v1::AddResult::REFUSAL_CONFLICT);
  EXPECT_EQ(response.results(2).number(), 2);
  EXPECT_EQ(response.results(2).evidence_id().size(), 32);
  EXPECT_EQ(response.results(3).refusal(), v1::AddResult::REFUSAL_INVALID);
  EXPECT_THAT(response.results(3).reason(), HasSubstr("go.mod"));
  EXPECT_EQ(response.results(4).outcome(), v1::AddResult::OUTCOME_ALREADY_THERE);
  EXPECT_EQ(response.results(4).number(), 3);
  EXPECT_EQ(response.head().tree_head().size(), 4);
  EXPECT_EQ(log_->reader().store().Provenance(3)->from, "local-socket");
}

TEST_F(AdminServiceTest, OnlyLooksInADryRun) {
  v1::AddRecordBatchRequest request;
  for (const gosum::Record& record :
       {testing::MakeRecord(1), testing::MakeRecord(7), testing::MakeRecord(2, "other")}) {
    ToMessage(record, request.add_records());
  }
  request.set_dry_run(true);
  v1::AddRecordBatchResponse response;
  ASSERT_TRUE(Call(&Stub::AddRecordBatch, request, &response).ok());
  EXPECT_EQ(response.results(0).outcome(), v1::AddResult::OUTCOME_ALREADY_THERE);
  EXPECT_EQ(response.results(1).outcome(), v1::AddResult::OUTCOME_APPENDED);
  EXPECT_EQ(response.results(1).number(), 0);
  EXPECT_EQ(response.results(2).refusal(), v1::AddResult::REFUSAL_CONFLICT);
  EXPECT_EQ(NewestHead().size, 3);
  EXPECT_EQ(log_->stats().conflicts, 0);
}

TEST_F(AdminServiceTest, ForeseesThatAFrozenLogRefuses) {
  v1::FreezeResponse frozen;
  ASSERT_TRUE(Freeze("audit", &frozen).ok());
  v1::AddRecordBatchRequest request;
  ToMessage(testing::MakeRecord(7), request.add_records());
  request.set_dry_run(true);
  v1::AddRecordBatchResponse response;
  ASSERT_TRUE(Call(&Stub::AddRecordBatch, request, &response).ok());
  EXPECT_EQ(response.results(0).refusal(), v1::AddResult::REFUSAL_FROZEN);
}

TEST_F(AdminServiceTest, RefusesBatchesWithoutRecordsOrWithTooMany) {
  v1::AddRecordBatchRequest request;
  v1::AddRecordBatchResponse response;
  ExpectStatus(Call(&Stub::AddRecordBatch, request, &response), StatusCode::INVALID_ARGUMENT,
               "0 records");
  for (int i = 0; i < 4097; ++i) ToMessage(testing::MakeRecord(1), request.add_records());
  ExpectStatus(Call(&Stub::AddRecordBatch, request, &response), StatusCode::INVALID_ARGUMENT,
               "4097 records");
  const std::vector<nlohmann::json> lines = JournalLines();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[1]["call"], "AddRecords");
  EXPECT_EQ(lines[1]["details"]["records"], "4097");
  EXPECT_THAT(lines[1]["result"].get<std::string>(), HasSubstr("INVALID_ARGUMENT"));
}

TEST_F(AdminServiceTest, FreezesAndThaws) {
  v1::FreezeResponse frozen;
  ASSERT_TRUE(Freeze("audit until noon", &frozen).ok());
  EXPECT_EQ(frozen.head().tree_head().size(), 3);
  EXPECT_EQ(Status().frozen().reason(), "audit until noon");
  EXPECT_EQ(Status().frozen().who(), "local-socket");

  const v1::AddRecordBatchResponse refused = AddBatchOf({testing::MakeRecord(7)});
  EXPECT_EQ(refused.results(0).refusal(), v1::AddResult::REFUSAL_FROZEN);
  EXPECT_THAT(refused.results(0).reason(), HasSubstr("audit until noon"));
  EXPECT_EQ(NewestHead().size, 3);

  ASSERT_TRUE(Thaw().ok());
  EXPECT_FALSE(Status().has_frozen());
  EXPECT_EQ(AddBatchOf({testing::MakeRecord(7)}).results(0).outcome(),
            v1::AddResult::OUTCOME_APPENDED);
  ExpectStatus(Thaw(), StatusCode::FAILED_PRECONDITION, "not frozen");
}

TEST_F(AdminServiceTest, FreezesForAReasonOnly) {
  v1::FreezeResponse response;
  for (const std::string& reason :
       {std::string(), std::string(401, 'r'), std::string("two\nlines"), std::string("\x1b[31m")}) {
    ExpectStatus(Freeze(reason, &response), StatusCode::INVALID_ARGUMENT, "");
  }
  EXPECT_FALSE(Status().has_frozen());
}

TEST_F(AdminServiceTest, BlocksLookupsAndNothingElse) {
  ASSERT_TRUE(Block("example.com/m1", "v1.0.0", "malware").ok());
  EXPECT_TRUE(
      absl::IsPermissionDenied(log_->reader().Lookup(testing::MakeRecord(1).module).status()));
  EXPECT_TRUE(log_->reader().store().Record(1).ok());
  EXPECT_EQ(Status().block_count(), 1);

  v1::ListBlocksResponse list;
  ASSERT_TRUE(Call(&Stub::ListBlocks, v1::ListBlocksRequest(), &list).ok());
  ASSERT_EQ(list.blocks_size(), 1);
  EXPECT_EQ(list.blocks(0).module().path(), "example.com/m1");
  EXPECT_EQ(list.blocks(0).reason(), "malware");
  EXPECT_EQ(list.blocks(0).who(), "local-socket");

  v1::UnblockRequest unblock;
  *unblock.mutable_module() = list.blocks(0).module();
  v1::UnblockResponse unblocked;
  ASSERT_TRUE(Call(&Stub::Unblock, unblock, &unblocked).ok());
  EXPECT_TRUE(log_->reader().Lookup(testing::MakeRecord(1).module).ok());
  ExpectStatus(Call(&Stub::Unblock, unblock, &unblocked), StatusCode::NOT_FOUND, "not blocked");
}

TEST_F(AdminServiceTest, BlocksModuleVersionsForAReasonOnly) {
  ExpectStatus(Block("example.com/m1", "v1", "malware"), StatusCode::INVALID_ARGUMENT, "v1");
  ExpectStatus(Block("../m1", "v1.0.0", "malware"), StatusCode::INVALID_ARGUMENT, "..");
  ExpectStatus(Block("example.com/m1", "v1.0.0", ""), StatusCode::INVALID_ARGUMENT, "reason");
  EXPECT_EQ(Status().block_count(), 0);
}

TEST_F(AdminServiceTest, ListsBlocksInPages) {
  for (const char* path : {"b.com/x", "a.com/x", "c.com/x"}) {
    ASSERT_TRUE(Block(path, "v1.0.0", "why").ok());
  }
  v1::ListBlocksRequest request;
  request.set_page_size(2);
  std::vector<std::string> paths;
  v1::ListBlocksResponse response;
  do {
    ASSERT_TRUE(Call(&Stub::ListBlocks, request, &response).ok());
    for (const auto& block : response.blocks()) paths.push_back(block.module().path());
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(paths, ElementsAre("a.com/x", "b.com/x", "c.com/x"));
  request.set_page_size(1001);
  ExpectStatus(Call(&Stub::ListBlocks, request, &response), StatusCode::INVALID_ARGUMENT, "1001");
}

TEST_F(AdminServiceTest, ShowsTheEvidenceOfAConflict) {
  const std::string id = AddBatchOf({testing::MakeRecord(2, "other")}).results(0).evidence_id();
  v1::ListConflictsResponse list;
  ASSERT_TRUE(Call(&Stub::ListConflicts, v1::ListConflictsRequest(), &list).ok());
  ASSERT_EQ(list.conflicts_size(), 1);
  EXPECT_EQ(list.conflicts(0).id(), id);
  EXPECT_EQ(list.conflicts(0).module_version(), "example.com/m2@v1.0.0");

  v1::GetConflictRequest request;
  request.set_id(id);
  v1::GetConflictResponse response;
  ASSERT_TRUE(Call(&Stub::GetConflict, request, &response).ok());
  EXPECT_THAT(response.text(), HasSubstr(testing::MakeRecord(2, "other").zip_hash));

  request.set_id(std::string(32, '0'));
  ExpectStatus(Call(&Stub::GetConflict, request, &response), StatusCode::NOT_FOUND, "");
  request.set_id("../../keys");
  ExpectStatus(Call(&Stub::GetConflict, request, &response), StatusCode::INVALID_ARGUMENT, "");
}

TEST_F(AdminServiceTest, ListsConflictsInPages) {
  std::vector<std::string> kept;
  for (const auto number : {0u, 1u, 2u}) {
    kept.push_back(AddBatchOf({testing::MakeRecord(number, "other")}).results(0).evidence_id());
  }
  v1::ListConflictsResponse all;
  ASSERT_TRUE(Call(&Stub::ListConflicts, v1::ListConflictsRequest(), &all).ok());
  EXPECT_EQ(all.next_page_token(), "");
  std::vector<std::string> ids;
  for (const v1::Conflict& conflict : all.conflicts()) ids.push_back(conflict.id());
  EXPECT_THAT(ids, UnorderedElementsAreArray(kept));
  for (const auto page_size : {1u, 2u, 3u, 1000u}) {
    v1::ListConflictsRequest request;
    request.set_page_size(page_size);
    std::vector<std::string> listed;
    v1::ListConflictsResponse response;
    do {
      ASSERT_TRUE(Call(&Stub::ListConflicts, request, &response).ok());
      EXPECT_LE(response.conflicts_size(), static_cast<int>(page_size));
      for (const v1::Conflict& conflict : response.conflicts()) listed.push_back(conflict.id());
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    EXPECT_EQ(listed, ids);
    request.set_page_token("../x");
    ExpectStatus(Call(&Stub::ListConflicts, request, &response), StatusCode::INVALID_ARGUMENT, "");
  }
  v1::ListConflictsRequest request;
  request.set_page_size(1001);
  v1::ListConflictsResponse response;
  ExpectStatus(Call(&Stub::ListConflicts, request, &response), StatusCode::INVALID_ARGUMENT,
               "page_size 1001, want at most 1000");
}

TEST_F(AdminServiceTest, TellsHowTheLogFares) {
  AddBatchOf({testing::MakeRecord(1), testing::MakeRecord(7), testing::MakeRecord(2, "other")});
  const v1::GetStatusResponse status = Status();
  EXPECT_EQ(status.log_name(), "sum.example.com");
  EXPECT_EQ(status.verifier_key(), "sum.example.com+key");
  EXPECT_EQ(status.server_version(), "1.2.3");
  EXPECT_EQ(status.head().tree_head().size(), 4);
  EXPECT_EQ(status.appended_count(), 4);
  EXPECT_EQ(status.already_there_count(), 1);
  EXPECT_EQ(status.conflict_count(), 1);
  EXPECT_EQ(status.writer_error(), "");
}

TEST_F(AdminServiceTest, MakesListsAndRevokesTokens) {
  v1::CreateTokenRequest create;
  create.mutable_grant()->set_name("ci");
  create.mutable_grant()->add_scopes("ingest");
  create.mutable_grant()->add_module_patterns("corp.example/*");
  v1::CreateTokenResponse created;
  ASSERT_TRUE(Call(&Stub::CreateToken, create, &created).ok());
  EXPECT_EQ(tokens_->Check(created.secret())->name, "ci");
  EXPECT_GT(created.grant().created_at().seconds(), 0);
  ExpectStatus(Call(&Stub::CreateToken, create, &created), StatusCode::ALREADY_EXISTS, "ci");

  v1::ListTokensResponse list;
  ASSERT_TRUE(Call(&Stub::ListTokens, v1::ListTokensRequest(), &list).ok());
  ASSERT_EQ(list.grants_size(), 1);
  EXPECT_THAT(list.grants(0).module_patterns(), ElementsAre("corp.example/*"));

  v1::RevokeTokenRequest revoke;
  revoke.set_name("ci");
  v1::RevokeTokenResponse revoked;
  ASSERT_TRUE(Call(&Stub::RevokeToken, revoke, &revoked).ok());
  EXPECT_THAT(tokens_->List(), IsEmpty());
  ExpectStatus(Call(&Stub::RevokeToken, revoke, &revoked), StatusCode::NOT_FOUND, "ci");
}

TEST_F(AdminServiceTest, ListsTokensInPagesThatEveryClientTakes) {
  const std::vector<std::string> patterns(100, "example.com/" + std::string(244, 'x'));
  for (int i = 0; i < 201; ++i) {
    ASSERT_TRUE(tokens_
                    ->Create({.name = absl::StrCat("token-", 100 + i),
                              .scopes = {admin::Scope::kIngest},
                              .module_patterns = patterns})
                    .ok());
  }
  v1::ListTokensRequest request;
  v1::ListTokensResponse response;
  std::vector<int> sizes;
  int next = 100;
  do {
    const grpc::Status status = Call(&Stub::ListTokens, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const auto& grant : response.grants()) {
      EXPECT_EQ(grant.name(), absl::StrCat("token-", next++));
    }
    sizes.push_back(response.grants_size());
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(sizes, ElementsAre(100, 100, 1));
  request.set_page_token("");
  request.set_page_size(101);
  ExpectStatus(Call(&Stub::ListTokens, request, &response), StatusCode::INVALID_ARGUMENT,
               "page_size 101, want at most 100");
}

TEST_F(AdminServiceTest, MakesNoTokenThatCouldNotDoItsWork) {
  v1::CreateTokenRequest create;
  create.mutable_grant()->set_name("ci");
  v1::CreateTokenResponse created;
  ExpectStatus(Call(&Stub::CreateToken, create, &created), StatusCode::INVALID_ARGUMENT, "scope");
  create.mutable_grant()->add_scopes("everything");
  ExpectStatus(Call(&Stub::CreateToken, create, &created), StatusCode::INVALID_ARGUMENT,
               "everything");
  create.mutable_grant()->set_scopes(0, "ingest");
  ExpectStatus(Call(&Stub::CreateToken, create, &created), StatusCode::INVALID_ARGUMENT,
               "module patterns");
  EXPECT_THAT(tokens_->List(), IsEmpty());
}

TEST_F(AdminServiceTest, WritesEveryCallIntoTheJournalWithoutSecrets) {
  v1::FreezeResponse frozen;
  Freeze("audit", &frozen);
  Freeze("", &frozen);
  v1::CreateTokenRequest create;
  create.mutable_grant()->set_name("reader");
  create.mutable_grant()->add_scopes("read");
  v1::CreateTokenResponse created;
  ASSERT_TRUE(Call(&Stub::CreateToken, create, &created).ok());
  ASSERT_TRUE(Thaw().ok());
  AddBatchOf({testing::MakeRecord(1), testing::MakeRecord(7)});

  const std::vector<nlohmann::json> lines = JournalLines();
  ASSERT_EQ(lines.size(), 5);
  EXPECT_EQ(lines[0]["call"], "Freeze");
  EXPECT_EQ(lines[0]["who"], "local-socket");
  EXPECT_EQ(lines[0]["details"]["reason"], "audit");
  EXPECT_EQ(lines[0]["result"], "OK");
  EXPECT_THAT(lines[1]["result"].get<std::string>(), HasSubstr("INVALID_ARGUMENT"));
  EXPECT_EQ(lines[2]["details"]["scopes"], "read");
  EXPECT_EQ(lines[4]["details"]["appended"], "1");
  EXPECT_EQ(lines[4]["details"]["modules"], "example.com/m1@v1.0.0 example.com/m7@v1.0.0");
  EXPECT_EQ(ReadFile(journal_path(), 1 << 20)->find(created.secret().substr(12)),
            std::string::npos);
}

TEST_F(AdminServiceTest, WritesOneLineOfEveryCall) {
  v1::AddRecordBatchRequest add;
  ToMessage(testing::MakeRecord(7), add.add_records());
  ExpectLine(&Stub::AddRecordBatch, add, "AddRecords",
             {{"records", "1"},
              {"appended", "1"},
              {"already_there", "0"},
              {"refused", "0"},
              {"modules", "example.com/m7@v1.0.0"}});
  {
    grpc::ClientContext context;
    const auto stream = admin_->AddRecords(&context);
    v1::AddRecordsResponse response;
    ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(8)})));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(JournalLines().back()["details"]["modules"], "example.com/m8@v1.0.0");
  }
  v1::FreezeRequest freeze;
  freeze.set_reason("audit");
  ExpectLine(&Stub::Freeze, freeze, "Freeze", {{"reason", "audit"}});
  const nlohmann::json nothing = nlohmann::json::object();
  ExpectLine(&Stub::Thaw, v1::ThawRequest(), "Thaw", nothing);
  ExpectLine(&Stub::Thaw, v1::ThawRequest(), "Thaw", nothing, "FAILED_PRECONDITION: ");
  ExpectLine(&Stub::GetStatus, v1::GetStatusRequest(), "GetStatus", nothing);
  ExpectLine(&Stub::ListConflicts, v1::ListConflictsRequest(), "ListConflicts", nothing);
  v1::GetConflictRequest conflict;
  conflict.set_id(std::string(32, '0'));
  ExpectLine(&Stub::GetConflict, conflict, "GetConflict", {{"id", conflict.id()}}, "NOT_FOUND: ");

  v1::BlockRequest block;
  block.mutable_module()->set_path("example.com/m1");
  block.mutable_module()->set_version("v1.0.0");
  block.set_reason("malware");
  ExpectLine(&Stub::Block, block, "Block",
             {{"module", "example.com/m1@v1.0.0"}, {"reason", "malware"}});
  ExpectLine(&Stub::ListBlocks, v1::ListBlocksRequest(), "ListBlocks", nothing);
  v1::UnblockRequest unblock;
  *unblock.mutable_module() = block.module();
  ExpectLine(&Stub::Unblock, unblock, "Unblock", {{"module", "example.com/m1@v1.0.0"}});

  v1::CreateBackupRequest backup;
  backup.set_label("nightly");
  ExpectLine(&Stub::CreateBackup, backup, "CreateBackup", {{"label", "nightly"}},
             "FAILED_PRECONDITION: this server makes no backups");
  const absl::Time end = log_.clock.Now() + absl::Hours(24);
  v1::CreateTokenRequest create;
  create.mutable_grant()->set_name("ci");
  create.mutable_grant()->add_scopes("ingest");
  create.mutable_grant()->add_scopes("read");
  create.mutable_grant()->add_module_patterns("corp.example/*");
  create.mutable_grant()->mutable_expires_at()->set_seconds(absl::ToUnixSeconds(end));
  nlohmann::json token = {{"name", "ci"},
                          {"scopes", "ingest,read"},
                          {"module_patterns", "corp.example/*"},
                          {"expires_at", FormatTimestampMicros(end)}};
  ExpectLine(&Stub::CreateToken, create, "CreateToken", token);
  create.mutable_grant()->clear_expires_at();
  token["expires_at"] = "never";
  ExpectLine(&Stub::CreateToken, create, "CreateToken", token, "ALREADY_EXISTS: ");
  ExpectLine(&Stub::ListTokens, v1::ListTokensRequest(), "ListTokens", nothing);
  v1::RevokeTokenRequest revoke;
  revoke.set_name("ci");
  ExpectLine(&Stub::RevokeToken, revoke, "RevokeToken", {{"name", "ci"}});

  // None was left out above.
  std::set<std::string> calls;
  for (const nlohmann::json& line : JournalLines()) calls.insert(line["call"]);
  calls.insert("AddRecordBatch");  // the journal knows it as AddRecords
  const auto* const service = v1::AddRecordsRequest::descriptor()->file()->service(0);
  for (int i = 0; i < service->method_count(); ++i) {
    EXPECT_THAT(calls, Contains(service->method(i)->name()));
  }
}

TEST_F(AdminServiceTest, AnswersWhatWaitsForTheDiskWhileItDrains) {
  log_.store->HoldCommits();
  const std::size_t commits = log_.store->notes().size();
  std::thread adder([this] {
    const v1::AddRecordBatchResponse response = AddBatchOf({testing::MakeRecord(7)});
    ASSERT_EQ(response.results_size(), 1);
    EXPECT_EQ(response.results(0).outcome(), v1::AddResult::OUTCOME_APPENDED);
  });
  log_.store->AwaitCommits(commits + 1);
  std::thread drain([this] { server_->Drain(absl::Hours(1)); });
  v1::GetStatusResponse response;
  grpc::Status status;
  do {
    status = Call(&Stub::GetStatus, v1::GetStatusRequest(), &response);
  } while (status.ok());
  ExpectStatus(status, StatusCode::UNAVAILABLE, "the server is stopping");
  // Longer than what need not wait is given at the end.
  absl::SleepFor(absl::Milliseconds(1500));
  log_.store->LetCommitsGo();
  adder.join();
  drain.join();
}

// The deadline goes to the server alone: this side sets no timer, so the answer comes from there.
TEST_F(AdminServiceTest, AnswersAtTheDeadlineAndLeavesNoRecordHalfAdded) {
  log_.store->HoldCommits();
  const std::size_t commits = log_.store->notes().size();
  v1::AddRecordBatchRequest request;
  for (const auto number : {7u, 8u}) {
    ToMessage(testing::MakeRecord(number), request.add_records());
  }
  // Longer each time, until the server had the time to begin.
  for (int milliseconds = 20; log_.store->notes().size() == commits; milliseconds *= 2) {
    grpc::ClientContext context;
    context.AddMetadata("grpc-timeout", absl::StrCat(milliseconds, "m"));
    v1::AddRecordBatchResponse response;
    const grpc::Status status = admin_->AddRecordBatch(&context, request, &response);
    ASSERT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED) << status.error_message();
    EXPECT_EQ(response.results_size(), 0);
  }
  EXPECT_EQ(Status().head().tree_head().size(), 3);  // others are served, and see none of it
  log_.store->LetCommitsGo();

  const v1::AddRecordBatchResponse again =
      AddBatchOf({testing::MakeRecord(7), testing::MakeRecord(8)});
  for (const auto i : {0u, 1u}) {  // both are there, once
    const v1::AddResult& result = again.results(static_cast<int>(i));
    EXPECT_EQ(result.outcome(), v1::AddResult::OUTCOME_ALREADY_THERE);
    EXPECT_EQ(result.number(), 3 + i);
    EXPECT_EQ(*log_.store->Record(3 + i), gosum::FormatRecordText(testing::MakeRecord(7 + i)));
  }
  EXPECT_EQ(NewestHead().size, 5);
  // What became of it is in the journal, though nobody waited for it.
  std::vector<nlohmann::json> lines = JournalLines();
  std::erase_if(lines, [](const nlohmann::json& line) { return line["call"] != "AddRecords"; });
  EXPECT_EQ(lines.front()["details"]["appended"], "2");
  EXPECT_EQ(lines.front()["result"], "OK");
}

TEST_F(AdminServiceTest, DoesNothingThatTheJournalHasNoRoomFor) {
  server_.reset();
  journal_ = admin::Journal::Open("/dev/full", &log_.clock).value();
  StartAtSocket();
  v1::FreezeResponse frozen;
  ExpectStatus(Freeze("audit", &frozen), StatusCode::UNAVAILABLE, "nothing was done");
  EXPECT_FALSE(log_->frozen().has_value());
  ExpectStatus(Block("example.com/m1", "v1.0.0", "bad"), StatusCode::UNAVAILABLE,
               "nothing was done");
  EXPECT_EQ(log_->blocks().size(), 0);
  v1::AddRecordBatchRequest request;
  ToMessage(testing::MakeRecord(7), request.add_records());
  v1::AddRecordBatchResponse response;
  ExpectStatus(Call(&Stub::AddRecordBatch, request, &response), StatusCode::UNAVAILABLE,
               "nothing was done");
  EXPECT_EQ(NewestHead().size, 3);
}

}  // namespace
}  // namespace sumlog::rpc
