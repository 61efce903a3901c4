// Goal: CreateBackup answers what the maker of backups says, is journalled, holds up no other call
// meanwhile, and ends the backup when its caller goes away.
// Method: a maker that does what the test tells it, behind a Unix socket.

#include <thread>

#include "admin_fixture.h"
#include "base/mutex.h"
#include "rpc/backup_maker.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using Stub = v1::Admin::Stub;

// Keeps the call until the test answers it.
class HeldMaker final : public BackupMaker {
 public:
  void Start(const std::string& label, std::shared_ptr<const std::atomic<bool>> cancelled,
             Done done) override {
    MutexLock lock(&mu_);
    label_ = label;
    cancelled_ = std::move(cancelled);
    done_ = std::move(done);
    changed_.NotifyAll();
  }

  std::string AwaitLabel() {
    MutexLock lock(&mu_);
    while (!done_) changed_.Wait(&mu_);
    return label_;
  }
  bool IsCancelled() {
    MutexLock lock(&mu_);
    return *cancelled_;
  }
  void Answer(absl::StatusOr<BackupResult> result) {
    Done done;
    {
      MutexLock lock(&mu_);
      done = std::exchange(done_, nullptr);
    }
    done(std::move(result));
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::string label_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const std::atomic<bool>> cancelled_ ABSL_GUARDED_BY(mu_);
  Done done_ ABSL_GUARDED_BY(mu_);
};

class BackupCallTest : public AdminTest {
 protected:
  void StartWith(BackupMaker* maker) {
    RpcServer::Options options = AdminOptions("unix:" + log_.folder.path() + "/admin.sock");
    options.admin->backups = maker;
    server_ = RpcServer::Start(options).value();
    admin_ = ConnectAdmin(grpc::InsecureChannelCredentials());
  }

  // Asks on a thread of its own.
  std::thread Ask(grpc::ClientContext* context, grpc::Status* status,
                  v1::CreateBackupResponse* response) {
    return std::thread([this, context, status, response] {
      v1::CreateBackupRequest request;
      request.set_label("nightly");
      *status = admin_->CreateBackup(context, request, response);
    });
  }

  ~BackupCallTest() override { server_.reset(); }  // before the maker

  HeldMaker maker_;
};

TEST_F(BackupCallTest, AnswersWhatWasMadeAndOtherCallsMeanwhile) {
  StartWith(&maker_);
  grpc::ClientContext context;
  grpc::Status status;
  v1::CreateBackupResponse response;
  std::thread caller = Ask(&context, &status, &response);
  EXPECT_EQ(maker_.AwaitLabel(), "nightly");
  v1::GetStatusResponse other;
  EXPECT_TRUE(Call(&Stub::GetStatus, v1::GetStatusRequest(), &other).ok());
  maker_.Answer(BackupResult{.head = *log_.store->SignedHead(), .size_bytes = 4711});
  caller.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.label(), "nightly");
  EXPECT_EQ(response.size_bytes(), 4711u);
  EXPECT_EQ(response.head().tree_head().size(), 3u);
  const nlohmann::json line = JournalLines().back();
  EXPECT_EQ(line["call"], "CreateBackup");
  EXPECT_EQ(line["details"]["label"], "nightly");
  EXPECT_EQ(line["details"]["tree_size"], "3");
  EXPECT_EQ(line["result"], "OK");
}

TEST_F(BackupCallTest, TellsAndJournalsAFailure) {
  StartWith(&maker_);
  grpc::ClientContext context;
  grpc::Status status;
  v1::CreateBackupResponse response;
  std::thread caller = Ask(&context, &status, &response);
  maker_.AwaitLabel();
  maker_.Answer(absl::ResourceExhaustedError("no space for a backup"));
  caller.join();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("no space"));
  EXPECT_THAT(JournalLines().back()["result"].get<std::string>(), HasSubstr("no space"));
}

TEST_F(BackupCallTest, IsCancelledWithItsCaller) {
  StartWith(&maker_);
  grpc::ClientContext context;
  grpc::Status status;
  v1::CreateBackupResponse response;
  std::thread caller = Ask(&context, &status, &response);
  maker_.AwaitLabel();
  context.TryCancel();
  caller.join();
  EXPECT_EQ(status.error_code(), StatusCode::CANCELLED);
  while (!maker_.IsCancelled()) std::this_thread::yield();
  maker_.Answer(absl::CancelledError("nobody waits for it"));
}

TEST_F(BackupCallTest, IsCancelledByADrain) {
  StartWith(&maker_);
  grpc::ClientContext context;
  grpc::Status status;
  v1::CreateBackupResponse response;
  std::thread caller = Ask(&context, &status, &response);
  maker_.AwaitLabel();
  std::thread maker([this] {
    while (!maker_.IsCancelled()) std::this_thread::yield();
    maker_.Answer(absl::CancelledError("nobody waits for it"));
  });
  server_->Drain(absl::ZeroDuration());
  maker.join();
  caller.join();
  EXPECT_FALSE(status.ok());
}

TEST_F(BackupCallTest, IsRefusedWhereNobodyMakesBackups) {
  StartWith(nullptr);
  v1::CreateBackupRequest request;
  v1::CreateBackupResponse response;
  EXPECT_EQ(Call(&Stub::CreateBackup, request, &response).error_code(),
            StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace sumlog::rpc
