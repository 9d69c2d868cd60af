"""Syllables of Vietnamese persons' names; in code, so that masking needs no file."""

from __future__ import annotations


def set_of(words: str) -> frozenset[str]:
    """Return words that stand in one text with spaces between them."""
    return frozenset(words.split())


def list_of(phrases: str) -> frozenset[str]:
    """Return phrases that stand in one text with commas between them."""
    return frozenset(phrases.split(","))


# Family names that nine persons in ten have: what follows one of them is a name until it is shown to be none.
FREQUENT = set_of("nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương trịnh đoàn")
FAMILY = FREQUENT | set_of("""
    an âu bạch bành bàng bế biện bồ ca cao cái cấn cầm chu châu chế chung chử chương cù cung cự danh dư diệp doãn dụ đái đàm đan đàng
    đào đậu điền điểu đôn đổng đồng đường đống giang giáp giàng hà hạ hàn hàng hạng hầu hoa hoàn hồng hùng hứa hướng hy khâu khổng khúc
    khương khưu kiên kiều kim kiêm kông la lã lại lâm lang lao lăng lầu lò lô lộ lồ lỗ lộc lữ lục lù luyện lư lương lường lưu lao liễu
    ly mã mạc mai mạch mạnh mẫn mầu mầm mẫu mùa nghê nghiêm ngân ngũ ngụy nhâm nhan nhữ ninh nông ong ôn ông phí phó phong phú phù phùng
    phương quách quan quàng quản quản sái sầm siu sơn sùng tạ tăng tán tào tất thái thạch thân thang thào thành thi thiều thiệu thẩm
    thị thôi thông thới tiền tiêu tiếp tiết tinh tôn tô tòng tống trà trang trác trầm trần triệu triều trình từ tưởng ty tiêu uông ưng
    ung ứng vạn vàng văn vi vưu vương vừ viên xa xà xin y yên
    """)
# Family names that with one more syllable are a name; of the others that more often is a place.
BEFORE_ONE = FREQUENT | set_of("tạ tống lưu đào mai tô chu quách nghiêm phùng khổng hứa vương đàm cao hà lương")
# Second names that hardly stand in any other text behind a family name.
SURE_MIDDLE = set_of("văn thị hữu đức đình ngọc quang xuân thanh minh quốc bá đăng viết")
MIDDLE = SURE_MIDDLE | set_of("""
    ái an anh ánh bảo bích cao cẩm chí công cảnh châu danh diễm diệp diệu doãn duy đại đan đắc đạt đông đồng đào gia giang giáng hà hải hạnh
    hoài hoàng hoa hồng huệ hùng huy huyền hương khả khải khánh khắc khôi kiều kim kiến kỳ kỷ lan lâm lập lệ linh long lương lưu mai mạnh
    mậu mộng mỹ nam nga ngân nghĩa nguyên nguyệt nhã nhật như nhất nhân nho phi phú phúc phước phương phượng quế quý quỳnh quyết sĩ sinh
    sơn sỹ tá tâm tân tấn tất thái thành thảo thiên thiện thế thiên thiếu thọ thu thục thùy thúy thủy thư thượng thương tiến tiểu tố trà trí
    trọng trung trường trúc trâm tú tuấn tuệ tùng tường tuyết tử uyên vân vĩnh việt vinh vũ vương xuyến yến ý
    """)
GIVEN = (
    MIDDLE
    | FREQUENT
    | set_of("""
        ẩn ân âu ba bách bài bắc băng bằng bình biên bội bốn bông bưởi bút can cang chánh châm chấn chi chiến chiều chinh chính chín chức
        chuyên chương cơ cúc cương cường cung cừ dân dần diên diện diễn diệm dịu du dung dũng duẩn dục duyên duyệt dư dự dưỡng đa đàn đàm
        đáng đào đẩu đậu đấu đệ đích điền điệp điểm định đô đoan đoàn độ đông đường giao giáp giỏi hạ hai hào hân hằng hận hậu hảo hiên hiền
        hiển hiến hiệp hiếu hiệu hòa hoà hoan hoàn hoạt hội hợi hợp huấn hưng hữu hường hướng kha khang khanh khiêm khiết khoa khoát khoan
        khương khuê khuyên kiên kiệt kiểm kính ký lài lãm làn lành lạc lam lân lê lệnh lịch liêm liên liễu liệu lĩnh loan lộc lời lợi lụa
        luân luận luật lục luyến lực lượng lưỡng lựu ly lý mận mân mẫn mẫu mến mì miên miền minh mơ mới mừng mười năm ngà ngạn nghi
        nghiêm nghiệp ngoan ngoạn ngôn ngợi ngữ nguyện nhạn nhàn nhài nhân nhâm nhẫn nhi nhiên nhiệm nhị nho nhung nhuận nhựt nhơn ninh
        nương oanh phán pháp phát phấn phong phòng phụng phùng quân quang quảng quắc quyên quyền quyến rin sa sang sáng sáu sâm sen
        siêu soạn sử sửu sự sương tài tám tâm tần tây thạch thái tham thắm thắng thăng thân thanh thao thạnh thi thía thiết thìn thịnh
        thoa thoan thoại thỏa thông thơ thời thơm thới thu thuấn thuần thuận thuật thuyên thuyết thứ thử thức thường tí tị tiên tiếp
        tín tình tính tình tỉnh tịnh toản toàn toán tòng trạch trang tráng trầm trân trinh triết triều triển triệu trình trực truyền trứ
        tuân tuất tuy tuyên tuyển tuyến tư từ tứ tựu tước tưởng ty út vạn vi viên viện viễn vịnh vĩ vóc vui vượng vương vy vỹ xinh xoan
        xuyên xứng yên a b c d g h k l m n p q r s t v x y
        """)
)
# Words of forms and statuses that read like a name once their marks are gone, or with them in capitals.
PHRASES = list_of(
    "an ninh,an toàn,an sinh,an táng,công an,cao tuổi,cao đẳng,cao cấp,chung cư,chương trình,chu kỳ,danh mục,danh sách,danh bạ,danh tính,"
    "dân cư,di chúc,đăng ký,đăng kiểm,đang xử lý,đăng bạ,đặng ký,đàm phán,đan xen,đào tạo,đạo đức,đền bù,điền đơn,điền tờ khai,đính chính,"
    "đính kèm,định kỳ,đình chỉ,đình sản,đo đạc,đô thị,đoàn kiểm tra,đoàn thanh niên,đoàn viên,đơn vị,đồng ý,đồng bộ,đường bộ,đường sắt,"
    "đường thủy,hà bá,hạ tầng,hàng hải,hàng hóa,hàng không,hành chính,hoàn công,hoàn thành,hoàn thiện,hoàn tất,hoàn trả,hoàn phí,hoàn thuế,"
    "hoa hồng,hộ chiếu,hộ khẩu,hộ tịch,hộ kinh doanh,hộ nghèo,hồ sơ,hồ sơ mới,hồi âm,hợp pháp,khai sinh,khai tử,kiểm lâm,kim loại,kiều bào,"
    "kinh doanh,kỳ hạn,lại hồ sơ,lao động,lâm nghiệp,lâm sinh,lâm sản,lệ phí,lễ hội,lập hồ sơ,lưu hồ sơ,lưu kho,lưu thông,lưu trữ,lương thực,"
    "lương hưu,luật sư,lý do,lý lịch,ly hôn,mã hồ sơ,mai táng,mai táng phí,mạnh thường quân,nghiệm thu,nguyên nhân,nguyên tắc,nguyên liệu,"
    "nông nghiệp,nông lâm,nông thôn,nông sản,ông bà,phân công,phân loại,phản ánh,phê duyệt,phí thẩm định,phó phòng,phó chủ tịch,"
    "phòng ban,phù hợp,phương tiện,quan hệ,quản lý,quản trị,quân sự,quyết định,tạm dừng,tạm hoãn,tạm trú,tăng cường,tài chính,thái độ,"
    "tham mưu,thẩm định,thân nhân,thành phần,thành phố,thanh lý,thanh toán,thanh tra,thanh tra tỉnh,thành lập,thi đua,thi hành án,"
    "thị trường,thị thực,thông báo,thông tin,tiền sử,tiếp dân,tiếp nhận,tiêu hủy,tiêu dùng,tờ khai,tổ chức,tổ dân phố,tổ công tác,"
    "tố tụng,tôn giáo,tống đạt,trả lại,trạng thái,trình ký,trình duyệt,trình lãnh đạo,trình tự,trung tâm,trúng tuyển,trực tiếp,trực tuyến,"
    "trưng cầu,trưng dụng,trường học,trường trung học,trường tiểu học,trường hợp,từ chối,tư pháp,tư vấn,từ thiện,từ trần,ứng dụng,"
    "văn bản,văn hóa,văn hoá,văn phòng,văn thư,văn thể,văn xã,văn minh,vàng bạc,vi phạm,viên chức,viễn thông,vô sinh,võ thuật,vợ chồng,"
    "xã hội,xác minh,y tế,yên tâm,yêu cầu,chủ tịch,chủ hộ,chủ đầu tư,chứng thực,công chứng,đất đai,bưu chính,hải quan,thủy lợi,thủy sản,"
    "vụ án,vụ việc,độ hưu trí,đang định cư,hộ gia đình,phản hồi,định danh,trình độ,đường dẫn,đường bưu điện,hồ đồ,lý tính,lê dân,đỗ xe,ngõ hẻm,vũ khí,vũ trường,"
    "lăng tẩm,la bàn,lộ trình,lộ giới,thị trấn,thị xã,quan trắc,quan trọng,quản giáo,sơn thủy,tinh giản,tất toán,thang máy,thông qua,thông thường"
)
