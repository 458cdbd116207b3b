"""The folder that stands for a mail server in the demonstration."""

import mailbox
import stat
import threading

from letters.backends import mail_folder


def test_a_page_and_a_sender_that_come_first_at_one_moment_find_it_whole(settings, tmp_path):
    problems = []

    def look_and_add(folder, start):
        settings.MAIL_FOLDER = folder
        start.wait()
        try:
            mail_folder().add(b"Subject: Hello\n\nWords.\n")
            list(mail_folder().keys())
        except OSError as problem:
            problems.append(problem)

    for number in range(50):
        start = threading.Barrier(4)
        folder = tmp_path / str(number) / "mail"
        workers = [threading.Thread(target=look_and_add, args=(folder, start)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert problems == []
    assert [len(mailbox.Maildir(each / "mail")) for each in tmp_path.iterdir()] == [4] * 50


def test_nobody_else_reads_it(settings, tmp_path):
    settings.MAIL_FOLDER = tmp_path / "mail"
    mail_folder()

    modes = {
        stat.S_IMODE(each.stat().st_mode)
        for each in [settings.MAIL_FOLDER, *settings.MAIL_FOLDER.iterdir()]
    }
    assert modes == {0o700}
