-- A province's own table and the view over it that shows what is needed and nothing else (law 2.9). All persons are invented.
CREATE TABLE HoSo (Id INTEGER PRIMARY KEY, MaHoSo TEXT, MaHoSoKhac TEXT, SoBienNhan TEXT, MaTTHC TEXT, MaLinhVuc TEXT, DonViQuanLy TEXT,
  KenhThucHien TEXT, LoaiDoiTuong TEXT, ChuHoSo TEXT, SoGiayToChuHoSo TEXT, TrangThaiHoSoId TEXT, NgayNopHoSo DATETIME, NgayTiepNhan DATETIME,
  NgayHenTra DATETIME, NgayKetThucXuLy DATETIME, NgayTra DATETIME, NgayTuChoi DATETIME, ViTriDeHoSo TEXT, NgaySuaDoi DATETIME, DeletedOn DATETIME,
  LyDoXoa TEXT);
INSERT INTO HoSo VALUES
  (1, 'H99.12-260105-0001', NULL, 'BN-0001', '1.004616', 'G03-GD10', 'H99.12', '1', 'Công dân', 'Nguyễn Văn Mẫu', '001093012345', '10',
   '2026-01-05 07:50:00', '2026-01-05 08:00:00', '2026-01-12 17:00:00', '2026-01-09 15:30:00', '2026-01-12 09:00:00', NULL, NULL, '2026-01-12 09:00:05', NULL, NULL),
  (2, 'H99.12-260106-0002', 'H99-260106-55555', NULL, '1.004616', 'G03-GD10', 'H99.12', '2', 'Doanh nghiệp', 'Công ty Mẫu', NULL, '5',
   '2026-01-05 21:10:00', '2026-01-06 07:30:00', '2026-01-13 17:00:00', NULL, NULL, NULL, 'Convert', '2026-01-08 10:00:00', NULL, NULL),
  (3, 'H99.12-260107-0003', NULL, NULL, '1.004616', 'G03-GD10', 'H99.12', NULL, 'Hợp tác xã', 'HTX Mẫu', NULL, '12',
   NULL, '2026-01-07 14:00:00', '0001-01-01 00:00:00', NULL, NULL, NULL, NULL, '2026-01-07 14:00:01', NULL, NULL),
  (4, 'H99.12-260108-0004', NULL, NULL, '1.004616', 'G03-GD10', 'H99.12', '1', 'Công dân', 'Trần Thị Mẫu', NULL, '4',
   NULL, '2026-01-08 14:00:00', NULL, NULL, NULL, NULL, NULL, '2026-01-08 15:00:00', '2026-01-08 15:00:00', 'Nhập nhầm');
CREATE VIEW v_ho_so AS SELECT MaHoSo, MaHoSoKhac, SoBienNhan, MaTTHC, MaLinhVuc, DonViQuanLy, KenhThucHien, LoaiDoiTuong, TrangThaiHoSoId, NgayNopHoSo,
  NgayTiepNhan, NgayHenTra, NgayKetThucXuLy, NgayTra, NgayTuChoi, ViTriDeHoSo, NgaySuaDoi, DeletedOn, LyDoXoa FROM HoSo;
