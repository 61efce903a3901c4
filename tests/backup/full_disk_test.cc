// Goal: a disk without space refuses backups and restores before they begin or leaves nothing in
// place, and both work again when there is space.
// Method: backup folder or database on a small tmpfs that the test fills (support/small_disk.h).

#include <filesystem>

#include "backup/make_backup.h"
#include "backup/restore.h"
#include "backup/verify_backup.h"
#include "backup_home.h"
#include "gtest/gtest.h"
#include "support/small_disk.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::BackupHome;

namespace fs = std::filesystem;

class BackupOnAFullDisk : public ::sumlog::testing::SmallDiskTest {
 protected:
  absl::StatusOr<MadeBackup> Make(BackupHome& home, const std::string& folder) {
    CHECK(home.Open().ok());
    auto made = MakeBackup({.store = home.store,
                            .database_path = home.database(),
                            .backup_dir = folder,
                            .label = "a",
                            .signer = &home.signer,
                            .clock = &home.clock});
    home.Close();
    return made;
  }
};

TEST_F(BackupOnAFullDisk, IsRefusedAndMadeWhenThereIsSpace) {
  BackupHome home;
  home.Add(0, 500);
  fs::create_directory(Path("backups"));
  FillDisk("filler");
  const auto refused = Make(home, Path("backups"));
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_FALSE(fs::exists(Path("backups/a")));
  EXPECT_FALSE(fs::exists(Path("backups/a.sumlog-partial")));
  EXPECT_FALSE(fs::exists(home.database() + "/checkpoint"));
  fs::remove(Path("filler"));
  const auto made = Make(home, Path("backups"));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(VerifyBackup({.path = made->path, .key = home.signer.verifier()})->good());
}

TEST_F(BackupOnAFullDisk, IsNotRestoredHalf) {
  BackupHome home;
  home.Add(0, 500);
  const auto made = home.Make("a");
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string place = Path("db/sum.example.com");
  const RestoreOptions options{.database_path = place,
                               .key = home.signer.verifier(),
                               .copy = made->path,
                               .clock = &home.clock};
  fs::create_directory(Path("db"));
  FillDisk("filler");
  const auto refused = Restore(options);
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_FALSE(fs::exists(place));
  fs::remove(Path("filler"));
  const auto restored = Restore(options);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->head.head.size, 500u);
  EXPECT_TRUE(fs::exists(place));
}

}  // namespace
}  // namespace sumlog::backup
